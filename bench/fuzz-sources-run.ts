import { spawn } from 'node:child_process';
import { cpSync, existsSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import type { Readable } from 'node:stream';
import { addResult, type Result, type Row } from './fuzz-sources-results.ts';

export interface Reading {
  /** Numbers up to here, without it, are read. */
  end: number;
  seed: number;
  /** Where exports are made. */
  folder: string;
  /** Where those with findings are kept. */
  kept: string;
  /** Called after each result. */
  told(row: Row): void;
  /** When this fires the process is ended and the row stays as it is. */
  signal: AbortSignal;
  /** The script that reads; another in tests. */
  script?: string;
}

/** V8's own heap stays well under the limit of the whole process. */
const HEAP_MB = 320;

/** Reads all files of a kind that `row` does not have yet, in as many processes as it takes: where one dies, the next goes on behind the file. */
export async function readKind(row: Row, reading: Reading): Promise<void> {
  while (row.next < reading.end && !reading.signal.aborted) {
    const before = row.next;
    const death = await readSome(row, reading);
    if (reading.signal.aborted) return;
    // A result of its own says why, where the process ended itself.
    const explained = row.findings.at(-1)?.number === row.next - 1 && row.next > before;
    if (death !== null && row.next < reading.end && !explained) {
      const lost: Result = { number: row.next, outcome: 'finding', ms: 0, mb: 0, units: 0, what: death };
      take(row, lost, reading);
    }
  }
}

/** One process. Gives how it died, or null where it came to its end. */
function readSome(row: Row, reading: Reading): Promise<string | null> {
  const script = reading.script ?? join(import.meta.dirname, 'fuzz-sources-child.ts');
  const { seed, folder, end, signal } = reading;
  const given = [row.kind, String(seed), String(row.next), String(end - row.next), folder];
  const child = spawn(process.execPath, ['--expose-gc', `--max-old-space-size=${HEAP_MB}`, script, ...given], {
    stdio: ['ignore', 'ignore', 'pipe', 'pipe'],
  });
  const stop = () => child.kill('SIGKILL');
  signal.addEventListener('abort', stop, { once: true });
  let said = '';
  (child.stderr as Readable).setEncoding('utf8').on('data', (text: string) => {
    said = (said + text).slice(-4000);
  });
  createInterface({ input: child.stdio[3] as Readable }).on('line', (line) => take(row, JSON.parse(line) as Result, reading));
  return new Promise((resolve) => {
    // `close` comes after the last line of its results.
    child.on('close', (code, ended) => {
      signal.removeEventListener('abort', stop);
      const why = /out of memory|^\w*Error.*$/m.exec(said)?.[0].slice(0, 200) ?? '';
      resolve(code === 0 ? null : `ended with ${ended ?? code}${why === '' ? '' : `: ${why}`}`);
    });
  });
}

function take(row: Row, result: Result, { folder, kept, told }: Reading): void {
  addResult(row, result);
  const name = `${row.kind}-${result.number}`;
  const made = join(folder, name);
  if (result.outcome === 'finding' && existsSync(made)) {
    cpSync(made, join(kept, name), { recursive: true });
    rmSync(made, { recursive: true });
  }
  told(row);
}
