import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { AfferentError } from '../../schema/errors.ts';
import type { Config } from '../config/config.ts';
import { modelsFolder, projectRoot } from '../config/project.ts';
import type { ConsoleSettings } from '../console/main.ts';
import type { StreamsSettings } from '../streams/main.ts';
import type { WorkerSettings } from '../worker.ts';
import { freePort } from './free-port.ts';
import { type PartsFile, readParts, removeParts, writeParts } from './parts-file.ts';
import { endProcess, identityOf } from './process-identity.ts';
import { pushedMedia } from './pushed-media.ts';
import { type Supervised, supervise } from './supervised.ts';
import { startTemporal } from './temporal-server.ts';
import { webBuild } from './web-build.ts';
import { workflowBundle } from './workflow-bundle.ts';

export interface RunningParts {
  file: PartsFile;
  /** Ends them, the server last. */
  stop(): Promise<void>;
}

const firstPort = 4400;
/** A part that ended so often before it was ready will not come up. */
const attempts = 4;

/**
 * Starts the Temporal server, the worker and, where wanted, the console, and waits until they answer. The caller holds the owner's lock.
 * @throws AfferentError `no-temporal`, `temporal-down`, `no-free-port`, `internal`
 */
export async function startParts(
  config: Config,
  options: { verb: string; console: boolean },
  tell: (line: string) => void,
  signal: AbortSignal,
): Promise<RunningParts> {
  const { home } = config;
  const logs = join(home, 'logs');
  mkdirSync(logs, { recursive: true, mode: 0o700 });
  await endOrphans(home);
  const owner = identityOf(process.pid);
  if (owner === null) throw new AfferentError('internal', { what: 'the system does not tell when a process began' });
  const file: PartsFile = { owner: { ...owner, verb: options.verb }, temporal: '', server: null, ui: null, console: null, ready: false };
  const started: { stop(): Promise<void> }[] = [];
  const stop = async () => {
    for (const part of started.reverse()) await part.stop();
    removeParts(home);
  };
  try {
    const server = await startTemporal(
      config,
      tell,
      (pid) => {
        file.server = identityOf(pid);
        writeParts(home, file);
      },
      signal,
    );
    started.push(server);
    file.temporal = server.address;
    file.ui = server.ui;
    const port = options.console ? await consolePort(config) : null;
    const console = port === null ? null : urlOf(config.host, port);
    const temporal = { address: server.address, namespace: config.namespace };
    const address = { store: config.store, keyStore: config.keyStore, keyFile: config.keyFile };
    const worker: WorkerSettings = {
      address,
      temporal,
      shippedModels: modelsFolder,
      keptModels: join(home, 'models'),
      mail: { smtp: config.smtp, from: config.mailFrom, consoleUrl: config.url ?? console ?? urlOf(config.host, config.port ?? firstPort) },
      queues: ['ingest', 'score'],
      threads: config.threads,
      bundle: await workflowBundle(),
    };
    const env = (name: string, settings: unknown) => ({ ...process.env, [name]: JSON.stringify(settings) });
    started.push(await child('worker', 'src/worker.ts', env('AFFERENT_WORKER', worker), logs, tell, signal));
    if (port !== null) {
      const settings: ConsoleSettings = {
        address,
        temporal,
        webDist: await webBuild(tell, signal),
        host: config.host,
        port,
        url: config.url,
        pushes: pushedMedia(),
      };
      started.push(await child('console', 'src/console/main.ts', env('AFFERENT_CONSOLE', settings), logs, tell, signal));
      // Where people may see what comes in, it also comes in by itself.
      const streams: StreamsSettings = { address, temporal };
      started.push(await child('streams', 'src/streams/main.ts', env('AFFERENT_STREAMS', streams), logs, tell, signal));
    }
    file.console = console;
    file.ready = true;
    writeParts(home, file);
    return { file, stop };
  } catch (thrown) {
    await stop();
    throw thrown;
  }
}

/** A server whose owner was killed holds the state of Temporal: it is ended before a new one begins. */
async function endOrphans(home: string): Promise<void> {
  const server = readParts(home)?.server;
  if (server) await endProcess(server);
  removeParts(home);
}

async function consolePort(config: Config): Promise<number> {
  const port = config.port === null ? await freePort(config.host, firstPort, 100) : await freePort(config.host, config.port);
  if (port === null) throw new AfferentError('no-free-port', { what: `${config.host}:${config.port ?? firstPort}` });
  return port;
}

function urlOf(host: string, port: number): string {
  const reachable = host === '0.0.0.0' || host === '::' ? '127.0.0.1' : host;
  return `http://${reachable.includes(':') ? `[${reachable}]` : reachable}:${port}`;
}

/** A process of ours that says `ready`; started again whenever it dies. */
function child(
  name: string,
  script: string,
  env: NodeJS.ProcessEnv,
  logs: string,
  tell: (line: string) => void,
  signal: AbortSignal,
): Promise<Supervised> {
  return new Promise((resolve, reject) => {
    let settled = false;
    let deaths = 0;
    const log = join(logs, `${name}.log`);
    const fail = (thrown: unknown) => {
      if (settled) return;
      settled = true;
      part.stop().then(() => reject(thrown), reject);
    };
    const part = supervise({
      name,
      command: process.execPath,
      args: ['--disable-warning=ExperimentalWarning', join(projectRoot, script)],
      env,
      cwd: projectRoot,
      log,
      ipc: true,
      signal: 'SIGTERM',
      patience: 25_000,
      onMessage(message) {
        if (message !== 'ready' || settled) return;
        settled = true;
        resolve(part);
      },
      onDeath(code, by, again) {
        deaths++;
        if (!settled && deaths >= attempts)
          fail(new AfferentError('internal', { what: `the ${name} does not start; see logs/${name}.log in the data folder` }));
        else tell(`The ${name} ended (${by ?? `code ${code}`}); starting it again in ${again} ms.`);
      },
    });
    signal.addEventListener('abort', () => fail(new AfferentError('interrupted')), { once: true });
  });
}
