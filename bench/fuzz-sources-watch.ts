import { writeSync } from 'node:fs';
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

export function peakMb(): number {
  return process.resourceUsage().maxRSS / 1024;
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
