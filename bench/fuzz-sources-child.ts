/**
 * Reads damaged exports of one kind and writes a line of JSON for each to file descriptor 3: the process that `fuzz-sources.ts` starts.
 *
 *   node bench/fuzz-sources-child.ts KIND SEED FROM FILES FOLDER
 *
 * What could not be read as promised is left in FOLDER as KIND-NUMBER.
 */
import './help.ts';
import { rmSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { Worker } from 'node:worker_threads';
import { cases } from '../src/sources/testing/cases.ts';
import { type Fuzzed, fixtureFiles, readBalanced, writeExport } from '../src/sources/testing/fuzz-one.ts';
import { mutatedExport } from '../src/sources/testing/mutate/export.ts';
import { seedOf } from '../src/sources/testing/mutate/random.ts';
import type { Result } from './fuzz-sources-results.ts';
import { openLedger } from './fuzz-sources-store.ts';
import { BEGAN_MS, forgetPeak, MOST_MB, MOST_MS, NUMBER, peakMb, processorMs, RESULTS } from './fuzz-sources-watch.ts';

/** Processor time that a file may take. */
const FILE_MS = 5_000;
/** The same for the files that are read in pieces, from the middle on and through the store: together several readings. */
const AGAIN_MS = 40_000;
const AGAIN_EVERY = 50;
const LARGE_MB = 256;

const [name = '', seed = '', from = '', count = '', folder = ''] = process.argv.slice(2);
const found = cases.find((given) => given.name === name);
if (found === undefined) throw new Error(`no kind ${name}`);
const { kind, fixtures } = found;
const files = fixtureFiles(fixtures);
const state = new Float64Array(new SharedArrayBuffer(24));
new Worker(new URL('./fuzz-sources-watch.ts', import.meta.url), { workerData: state.buffer }).unref();
// Who has started this process ends it.
process.on('SIGINT', () => {});
const ledger = await openLedger(name, join(folder, `${name}-store-${process.pid}`));

const end = Number(from) + Number(count);
for (let number = Number(from); number < end; number++) {
  const result = await readFile(number);
  writeSync(RESULTS, `${JSON.stringify(result)}\n`);
  // A process that has once been too large tells nothing about the files after it.
  if (result.mb > MOST_MB) break;
}
await ledger.close();

async function readFile(number: number): Promise<Result> {
  const place = join(folder, `${name}-${number}`);
  writeExport(place, mutatedExport(seedOf(name, Number(seed), number), files, number));
  // What is left of making bombs is not the reading's.
  if (process.memoryUsage.rss() > LARGE_MB * 2 ** 20) globalThis.gc?.();
  forgetPeak();
  const began = watched(number, FILE_MS);
  try {
    const read = await readBalanced(kind, place);
    const ms = processorMs() - began;
    if (ms > FILE_MS) throw new Error(`took ${Math.round(ms)} ms`);
    if (number % AGAIN_EVERY === 0) {
      watched(number, AGAIN_MS);
      await readBalanced(kind, place, true);
      await ledger.check(place, read.units);
    }
    if (peakMb() > MOST_MB) throw new Error(`took more than ${MOST_MB} MB`);
    rmSync(place, { recursive: true, force: true });
    return { number, outcome: outcomeOf(read), ms, mb: peakMb(), units: read.units };
  } catch (thrown) {
    return { number, outcome: 'finding', ms: processorMs() - began, mb: peakMb(), units: 0, what: inShort(thrown) };
  } finally {
    state[NUMBER] = 0;
  }
}

function watched(number: number, most: number): number {
  state[NUMBER] = 0;
  const began = processorMs();
  state[BEGAN_MS] = began;
  state[MOST_MS] = most;
  state[NUMBER] = number;
  return began;
}

function outcomeOf({ kept, quarantined }: Fuzzed): Result['outcome'] {
  if (quarantined === 0) return 'readable';
  return kept > 0 ? 'quarantined' : 'refused';
}

/** The message, and where in our own code. */
function inShort(thrown: unknown): string {
  if (!(thrown instanceof Error)) return String(thrown);
  const frame = (thrown.stack ?? '').split('\n').find((line) => line.includes('/src/') && !line.includes('/testing/')) ?? '';
  return `${thrown.message.slice(0, 200)} ${/src\/[\w./-]+:\d+/.exec(frame)?.[0] ?? ''}`.trim();
}
