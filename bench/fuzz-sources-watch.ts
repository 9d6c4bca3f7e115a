import { readFileSync, writeFileSync, writeSync } from 'node:fs';
import { workerData } from 'node:worker_threads';
import type { Result } from './fuzz-sources-results.ts';

/** What the reading thread writes and this one reads: number of the file, processor time at its beginning and that it may take, in ms. */
export const NUMBER = 0;
export const BEGAN_MS = 1;
export const MOST_MS = 2;

export const RESULTS = 3;
export const MOST_MB = 512;

const LOOK_MS = 100;
/** Looks at one and the same file before it stands still: a busy machine slows the looks down as well. */
const MOST_LOOKS = 1200;

/** Processor time of the whole process so far, in ms. */
export function processorMs(): number {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1000;
}

/** Forgets what memory was the highest, where the system can: what makes an export takes some as well. */
export function forgetPeak(): void {
  try {
    writeFileSync('/proc/self/clear_refs', '5');
  } catch {
    // Elsewhere the peak is that of the process's whole life, which is stricter.
  }
}

/** The highest memory since `forgetPeak`, or of the process's life. */
export function peakMb(): number {
  try {
    return Number(/VmHWM:\s+(\d+)/.exec(readFileSync('/proc/self/status', 'latin1'))?.[1]) / 1024;
  } catch {
    return process.resourceUsage().maxRSS / 1024;
  }
}

if (workerData instanceof SharedArrayBuffer) watch(new Float64Array(workerData));

/** Ends the process, with a result, where a file takes too long, too much memory, or does not go on. */
function watch(state: Float64Array): void {
  let seen = -1;
  let looks = 0;
  setInterval(() => {
    const [number, began, most] = [state[NUMBER] as number, state[BEGAN_MS] as number, state[MOST_MS] as number];
    if (number <= 0) return;
    looks = number === seen ? looks + 1 : 0;
    seen = number;
    const ms = processorMs() - began;
    const mb = process.memoryUsage.rss() / 2 ** 20;
    const what =
      ms > most ? `took more than ${most} ms` : mb > MOST_MB ? `took more than ${MOST_MB} MB` : looks > MOST_LOOKS ? 'stood still' : null;
    if (what === null || state[NUMBER] !== number) return;
    const result: Result = { number, outcome: 'finding', ms, mb, units: 0, what };
    writeSync(RESULTS, `${JSON.stringify(result)}\n`);
    process.kill(process.pid, 'SIGKILL');
  }, LOOK_MS);
}
