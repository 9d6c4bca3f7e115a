import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { fuzzingPage } from './fuzz-sources-page.ts';
import { loadRun, newRow, type Run, saveRun, tableOf } from './fuzz-sources-results.ts';
import { readKind } from './fuzz-sources-run.ts';

const root = join(import.meta.dirname, '..');
let folder: string;

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'afferent-fuzz-'));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** A process that dies at 3 with an error, at 5 of a signal after its result, and reads everything else. */
const MORTAL = `
import { mkdirSync, writeFileSync, writeSync } from 'node:fs';
const [kind, seed, from, count, folder] = process.argv.slice(2);
for (let number = Number(from); number < Number(from) + Number(count); number++) {
  if (number === 3) {
    mkdirSync(folder + '/' + kind + '-3');
    writeFileSync(folder + '/' + kind + '-3/a.json', 'damaged');
    throw new RangeError('of ' + seed);
  }
  const outcome = number === 5 ? 'finding' : 'readable';
  writeSync(3, JSON.stringify({ number, outcome, what: 'slow', ms: number, mb: 10 * number, units: 2 }) + '\\n');
  if (number === 5) process.kill(process.pid, 'SIGKILL');
}`;

describe('a run over damaged exports', () => {
  it('goes on behind a file at which a process died, keeps it, and counts it once', async () => {
    const script = join(folder, 'mortal.mjs');
    writeFileSync(script, MORTAL);
    const made = join(folder, 'made');
    const kept = join(folder, 'kept');
    mkdirSync(made);
    const row = newRow('fit', 1);
    const told: number[] = [];
    const signal = new AbortController().signal;
    await readKind(row, { end: 9, seed: 4, folder: made, kept, told: ({ next }) => told.push(next - 1), signal, script });
    expect(told).toEqual([1, 2, 3, 4, 5, 6, 7, 8]);
    expect(row).toMatchObject({ next: 9, files: 8, units: 14, readable: 6, slowestMs: 8, slowestNumber: 8, peakMb: 80 });
    expect(row.findings).toEqual([
      { number: 3, what: 'ended with 1: RangeError: of 4' },
      { number: 5, what: 'slow' },
    ]);
    expect(readFileSync(join(kept, 'fit-3/a.json'), 'utf8')).toBe('damaged');
    expect(existsSync(join(made, 'fit-3'))).toBe(false);
    expect(tableOf([row])).toContain('| all | 8 | 6 | 0 | 0 | 2 | 8 | 80 |');
  });

  it('goes on where its file says that it ended, with the same seed alone', () => {
    const path = join(folder, 'run.json');
    const run: Run = { seed: 2, rows: [{ ...newRow('posts', 1), next: 12 }] };
    expect(loadRun(path, 2)).toEqual({ seed: 2, rows: [] });
    saveRun(path, run);
    expect(loadRun(path, 2)).toEqual(run);
    expect(() => loadRun(path, 3)).toThrow('--seed 2');
  });

  it('is shown on its page as its file has it', () => {
    const run = JSON.parse(readFileSync(join(root, 'bench/fuzz-sources.json'), 'utf8')) as Run;
    expect(readFileSync(join(root, 'docs/fuzzing.md'), 'utf8')).toBe(fuzzingPage(run));
  });

  it('has a watch that ends a process which takes too long', async () => {
    const script = join(folder, 'endless.mjs');
    const watch = JSON.stringify(join(root, 'bench/fuzz-sources-watch.ts'));
    writeFileSync(
      script,
      `import { Worker } from 'node:worker_threads';
const state = new Float64Array(new SharedArrayBuffer(24));
state.set([Number(process.argv[4]), 0, 1]);
new Worker(${watch}, { workerData: state.buffer });
for (;;);`,
    );
    const row = newRow('fit', 1);
    const signal = new AbortController().signal;
    await readKind(row, { end: 2, seed: 1, folder, kept: folder, told: () => {}, signal, script });
    expect(row.findings).toEqual([{ number: 1, what: 'took more than 1 ms' }]);
  });
});
