import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';

/** A process, told apart from a later one of the same number by when it began. */
export interface ProcessIdentity {
  pid: number;
  started: string;
}

/** When a process began, in the system's own words; null when there is none. A zombie is none. */
export function processStart(pid: number): string | null {
  try {
    // After the command's name in brackets, which may hold anything: state is field 3, start time field 22.
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    return fields[0] === 'Z' ? null : (fields[19] ?? null);
  } catch {
    return process.platform === 'linux' ? null : startByPs(pid);
  }
}

function startByPs(pid: number): string | null {
  try {
    return (
      execFileSync('ps', ['-o', 'lstart=', '-p', String(pid)], { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] }).trim() || null
    );
  } catch {
    return null;
  }
}

export function identityOf(pid: number): ProcessIdentity | null {
  const started = processStart(pid);
  return started === null ? null : { pid, started };
}

export function isRunning(identity: ProcessIdentity): boolean {
  return processStart(identity.pid) === identity.started;
}

/**
 * Ends a process that is not our child: asks first, then makes it. Resolves when it is gone.
 * @param patience how long it may take to end by itself, ms
 */
export async function endProcess(identity: ProcessIdentity, patience = 10_000): Promise<void> {
  const deadline = performance.now() + patience;
  for (let asked = false, made = false; isRunning(identity); ) {
    if (!asked) signalProcess(identity.pid, 'SIGTERM');
    asked = true;
    if (!made && performance.now() > deadline) {
      signalProcess(identity.pid, 'SIGKILL');
      made = true;
    }
    // The system does not tell when somebody else's child ends: look again shortly.
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}

function signalProcess(pid: number, signal: 'SIGTERM' | 'SIGKILL'): void {
  try {
    process.kill(pid, signal);
  } catch {
    // It ended in the meantime.
  }
}
