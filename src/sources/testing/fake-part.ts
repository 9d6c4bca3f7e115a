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
