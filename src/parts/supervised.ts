import { type ChildProcess, spawn } from 'node:child_process';
import { closeSync, openSync } from 'node:fs';

/** A child process that is started again when it ends by itself. */
export interface Supervised {
  readonly pid: number | null;
  /** Ends it and waits until it is gone. */
  stop(): Promise<void>;
}

export interface SupervisedOptions {
  name: string;
  command: string;
  args: string[];
  env: NodeJS.ProcessEnv;
  cwd: string;
  /** Both outputs go here. */
  log: string;
  /** Whether it takes messages: its channel closing tells it that its owner is gone. */
  ipc: boolean;
  signal: 'SIGINT' | 'SIGTERM';
  /** How long it may take to end, ms, before it is killed. */
  patience: number;
  onStart?(pid: number): void;
  onMessage?(message: unknown): void;
  /** Told when it ended by itself, with how long until it is started again, ms. */
  onDeath(code: number | null, signal: string | null, againInMs: number): void;
}

const firstWait = 250;
const longestWait = 30_000;
/** One that ran so long, ms, starts afresh with the shortest wait. */
const steady = 60_000;

export function supervise(options: SupervisedOptions): Supervised {
  let child: ChildProcess | null = null;
  let stopping = false;
  let wait = firstWait;
  let timer: NodeJS.Timeout | null = null;
  let gone: Promise<void> = Promise.resolve();

  // The owner ends in a hurry (a third Ctrl-C, a fault of ours): nothing of it stays behind.
  const leave = () => child?.kill(options.signal);
  process.once('exit', leave);

  const start = () => {
    const log = openLog(options.log);
    const began = performance.now();
    const started = spawn(options.command, options.args, {
      cwd: options.cwd,
      env: options.env,
      stdio: options.ipc ? ['ignore', log, log, 'ipc'] : ['ignore', log, log],
      // Ctrl-C reaches the whole group: the owner alone decides in which order its parts end.
      detached: true,
    });
    if (typeof log === 'number') closeSync(log);
    child = started;
    if (started.pid !== undefined) options.onStart?.(started.pid);
    if (options.onMessage) started.on('message', options.onMessage);
    gone = new Promise((resolve) => {
      const ended = (code: number | null, signal: string | null) => {
        child = null;
        resolve();
        if (stopping) return;
        if (performance.now() - began > steady) wait = firstWait;
        options.onDeath(code, signal, wait);
        timer = setTimeout(start, wait);
        wait = Math.min(wait * 2, longestWait);
      };
      started.once('error', () => ended(null, null));
      started.once('exit', ended);
    });
  };

  start();
  return {
    get pid() {
      return child?.pid ?? null;
    },
    async stop() {
      stopping = true;
      process.off('exit', leave);
      if (timer) clearTimeout(timer);
      const running = child;
      if (!running) return;
      running.kill(options.signal);
      // An open channel would keep it from ending by itself.
      if (running.connected) running.disconnect();
      const killer = setTimeout(() => running.kill('SIGKILL'), options.patience);
      await gone;
      clearTimeout(killer);
    },
  };
}

/** A log that cannot be written (a full disk, a home that was removed) must not keep a part from running. */
function openLog(path: string): number | 'ignore' {
  try {
    return openSync(path, 'a', 0o600);
  } catch {
    return 'ignore';
  }
}
