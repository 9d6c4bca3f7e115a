import { constants } from 'node:fs';
import { access, open, rename, stat } from 'node:fs/promises';
import { dirname } from 'node:path';
import type { Writable } from 'node:stream';
import { AfferentError, toWriteError } from '../../schema/errors.ts';

/** Where rows go. */
export interface Output {
  /** Resolves when more may be written. Rejects with `disk-full` or `cannot-write` where the output cannot be written. */
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

/** Throws `cannot-write` or `bad-path` where a file cannot come to stand at `path`: it is a folder or a device, or its folder is not to be written. */
export async function requireWritable(path: string): Promise<void> {
  const there = await stat(path).catch(() => null);
  if (there !== null && !there.isFile()) throw new AfferentError('cannot-write');
  await told(access(`${dirname(path)}/.`, constants.W_OK | constants.X_OK));
}

/** Rows to a file, which has its name only once it is whole, or to a stream where `path` is undefined or `-`. */
export async function openOutput(path: string | undefined, stdout: Writable): Promise<Output> {
  return path === undefined || path === '-' ? streamOutput(stdout) : fileOutput(path);
}

function linesOf(rows: readonly unknown[]): string {
  return rows.map((row) => `${JSON.stringify(row)}\n`).join('');
}

function told<T>(work: Promise<T>): Promise<T> {
  return work.catch((thrown: unknown) => {
    throw toWriteError(thrown);
  });
}

function streamOutput(stream: Writable): Output {
  const put = (text: string) =>
    new Promise<void>((resolve, reject) => {
      stream.write(text, (fault) => (fault ? reject(fault) : resolve()));
    });
  return { write: (rows) => told(put(linesOf(rows))), finish: async () => {}, stop: async () => {} };
}

async function fileOutput(path: string): Promise<Output> {
  const partial = partialOf(path);
  const file = await told(open(partial, 'w'));
  return {
    write: (rows) => told(file.writeFile(linesOf(rows))),
    async finish() {
      await told(file.close());
      await told(rename(partial, path));
    },
    // What ended the run is told, and not that its file could not be closed.
    stop: () => file.close().catch(() => {}),
  };
}
