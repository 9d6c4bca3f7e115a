import { once } from 'node:events';
import { createWriteStream } from 'node:fs';
import { rename } from 'node:fs/promises';
import type { Writable } from 'node:stream';
import { AfferentError } from '../../schema/errors.ts';

/** Where rows go. */
export interface Output {
  /** Resolves when more may be written. Rejects with `bad-path` where the output cannot be written. */
  write(rows: readonly unknown[]): Promise<void>;
  /** All rows are written: the file takes its name. */
  finish(): Promise<void>;
  /** The run ends early: what was written stays under the partial name. */
  stop(): Promise<void>;
}

/** The name of an output that is not whole. */
export function partialOf(path: string): string {
  return `${path}.part`;
}

/** Rows to a file, which has its name only once it is whole, or to a stream where `path` is undefined or `-`. */
export async function openOutput(path: string | undefined, stdout: Writable): Promise<Output> {
  return path === undefined || path === '-' ? streamOutput(stdout) : fileOutput(path);
}

function linesOf(rows: readonly unknown[]): string {
  return rows.map((row) => `${JSON.stringify(row)}\n`).join('');
}

/** Backpressure is kept by waiting for `drain`. */
async function put(stream: Writable, rows: readonly unknown[]): Promise<void> {
  try {
    if (!stream.write(linesOf(rows))) await once(stream, 'drain');
  } catch {
    throw new AfferentError('bad-path');
  }
}

function streamOutput(stream: Writable): Output {
  return { write: (rows) => put(stream, rows), finish: async () => {}, stop: async () => {} };
}

async function fileOutput(path: string): Promise<Output> {
  const partial = partialOf(path);
  const stream = createWriteStream(partial);
  const end = async (): Promise<void> => {
    if (stream.closed) return;
    stream.end();
    await once(stream, 'close').catch(() => {
      throw new AfferentError('bad-path');
    });
  };
  await once(stream, 'open').catch(() => {
    throw new AfferentError('bad-path');
  });
  // An error between two writes is met by the next one.
  stream.on('error', () => {});
  return {
    write: (rows) => (stream.destroyed ? Promise.reject(new AfferentError('bad-path')) : put(stream, rows)),
    async finish() {
      await end();
      await rename(partial, path).catch(() => {
        throw new AfferentError('bad-path');
      });
    },
    stop: end,
  };
}
