import { stat } from 'node:fs/promises';
import { basename } from 'node:path';
import type { Readable } from 'node:stream';
import { AfferentError } from '../../schema/errors.ts';
import type { Arrival } from '../../schema/source.ts';
import { empaticaE4 } from '../sources/empatica-e4/index.ts';
import { decodeToUtf8 } from '../sources/reading/decode.ts';
import { fileBytes, stampOf } from '../sources/reading/files.ts';
import { gunzipped } from '../sources/reading/unpack.ts';

/** A file as the command names it, known by its name or its first bytes. */
export type InputFile =
  | { is: 'text'; file: number; format: 'jsonl' | 'csv'; name: string; bytes: AsyncIterable<Buffer> }
  | { is: 'table'; file: number; name: string; bytes: AsyncIterable<Buffer> }
  | { is: 'recording'; file: number; name: string; arrival: Arrival };

/** A file's name without its folder and endings. */
function plainName(path: string): string {
  return basename(path).replace(/(\.(csv|tsv|jsonl|ndjson|json))?(\.gz)?$/i, '');
}

/** What a file is by its name; null where only its bytes can tell. */
function formatOf(name: string): 'jsonl' | 'csv' | null {
  const plain = name.toLowerCase().replace(/\.gz$/, '');
  if (/\.(jsonl|ndjson|json)$/.test(plain)) return 'jsonl';
  return /\.(csv|tsv)$/.test(plain) ? 'csv' : null;
}

/**
 * Inputs at a path: one of text, or the recordings of a zip or folder. `-` is standard input.
 * @throws AfferentError `bad-path` where there is nothing to read.
 */
export async function inputFiles(path: string, file: number, stdin: Readable): Promise<InputFile[]> {
  if (path === '-') return [await sniffed(unpacked(stdin, null), file, '-')];
  const found = await stat(path).catch(() => null);
  if (found === null) throw new AfferentError('bad-path');
  if (found.isDirectory() || path.toLowerCase().endsWith('.zip')) return recordings(path, file);
  const stamp = await stampOf(path);
  const bytes = unpacked(fileBytes(path, stamp), stamp.bytes);
  const format = formatOf(path);
  return [format === null ? await sniffed(bytes, file, plainName(path)) : { is: 'text', file, format, name: plainName(path), bytes }];
}

async function recordings(path: string, file: number): Promise<InputFile[]> {
  const arrivals = await empaticaE4.arrivals(path);
  if (arrivals.length === 0) throw new AfferentError('bad-path');
  return arrivals.map((arrival) => ({ is: 'recording', file, name: basename(arrival.path).replace(/\.zip$/i, ''), arrival }));
}

/** Plain UTF-8 of bytes that may be gzip, as their first two say. */
async function* unpacked(bytes: AsyncIterable<Buffer>, size: number | null): AsyncGenerator<Buffer> {
  const { head, all } = await peek(bytes);
  const gzip = head[0] === 0x1f && head[1] === 0x8b;
  // Of a stream's size nothing is known: what it unpacks to is held against a limit of its own, not against a ratio.
  yield* decodeToUtf8(gzip ? gunzipped(all, size ?? Number.MAX_SAFE_INTEGER) : all);
}

async function sniffed(bytes: AsyncIterable<Buffer>, file: number, name: string): Promise<InputFile> {
  const { head, all } = await peek(bytes);
  return { is: 'text', file, name, format: head.toString('utf8').trimStart().startsWith('{') ? 'jsonl' : 'csv', bytes: all };
}

/** The first chunk, and all of them with it. */
async function peek(bytes: AsyncIterable<Buffer>): Promise<{ head: Buffer; all: AsyncIterable<Buffer> }> {
  const iterator = bytes[Symbol.asyncIterator]();
  const first = await iterator.next();
  const head = first.done ? Buffer.alloc(0) : first.value;
  async function* all(): AsyncGenerator<Buffer> {
    try {
      if (!first.done) yield head;
      for (let next = await iterator.next(); !next.done; next = await iterator.next()) yield next.value;
    } finally {
      await iterator.return?.();
    }
  }
  return { head, all: all() };
}
