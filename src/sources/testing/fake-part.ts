import { Readable } from 'node:stream';
import type { Parsed, Part, SourceKind } from '../../../schema/source.ts';
import { type Group, type ReadOptions, readPart } from '../account.ts';
import { contextOf } from './read-all.ts';

/** Bytes of a part, unpacked and decoded. */
export async function bytesOf(part: Part): Promise<Buffer> {
  const chunks: Buffer[] = [];
  for await (const chunk of (await part.open()) as AsyncIterable<Buffer>) chunks.push(chunk);
  return Buffer.concat(chunks);
}

/** The part with other content, given chunk by chunk; with `fault` the stream breaks behind them. */
export function withChunks<P extends Part>(part: P, chunks: Buffer[], fault?: Error): P {
  async function* stream(): AsyncGenerator<Buffer> {
    yield* chunks;
    if (fault !== undefined) throw fault;
  }
  return { ...part, open: async () => Readable.from(stream(), { objectMode: true }) };
}

/** The part with its bytes in pieces of one to 250 bytes; of a long one, so that there are about 2,000. */
export function inPieces<P extends Part>(part: P): P {
  async function* cut(chunks: AsyncIterable<Buffer>): AsyncGenerator<Buffer> {
    let turn = 0;
    for await (const chunk of chunks) {
      const longest = Math.max(250, Math.ceil(chunk.length / 1000));
      for (let at = 0; at < chunk.length; ) {
        const length = 1 + ((turn++ * 7919) % longest);
        yield chunk.subarray(at, at + length);
        at += length;
      }
    }
  }
  return { ...part, open: async () => Readable.from(cut(await part.open()), { objectMode: true, highWaterMark: 1 }) };
}

/** The bytes cut at these places (each taken modulo the length). */
export function cutAt(bytes: Buffer, places: number[]): Buffer[] {
  const cuts = [...new Set(places.map((place) => place % (bytes.length + 1)))].sort((a, b) => a - b);
  return [0, ...cuts].map((from, index) => bytes.subarray(from, cuts[index] ?? bytes.length)).filter((chunk) => chunk.length > 0);
}

export async function groupsOf(kind: SourceKind, part: Part, options: ReadOptions = { groupUnits: 7 }): Promise<Group[]> {
  const groups: Group[] = [];
  for await (const group of readPart(kind, part, contextOf(), options)) groups.push(group);
  return groups;
}

export async function itemsOf(kind: SourceKind, part: Part): Promise<Parsed[]> {
  return (await groupsOf(kind, part)).flatMap((group) => group.items);
}

/** Anything that is read, in a form that compares. */
export function comparable(value: unknown): string {
  return JSON.stringify(value, (_key, inner) => (inner instanceof Float32Array ? [...inner] : inner));
}
