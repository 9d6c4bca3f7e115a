import { deep, hostileValue } from './hostile.ts';
import { pick, type Random } from './random.ts';

/** A file of an export: its path within it and its content. */
export interface ExportFile {
  name: string;
  bytes: Buffer;
}

/** Makes another file of one, with the others of its kind at hand. */
export type Fault = (random: Random, bytes: Buffer, others: readonly ExportFile[]) => Buffer;

/** What says a length, a count or a type in a binary format. */
const NUMBERS = [
  '00',
  'ff',
  '7f',
  '80',
  'ffff',
  'ffffffff',
  '00000000',
  'ffffff7f',
  '00000080',
  'feffffff',
  'ffffffffffffff7f',
  '0000c07f',
  '000000000000f07f',
].map((hex) => Buffer.from(hex, 'hex'));

/** Faults that need no knowledge of the format. */
export const byteFaults: readonly Fault[] = [flipped, truncated, removed, repeated, spliced, grafted, overwritten, inserted];

function flipped(random: Random, bytes: Buffer): Buffer {
  const copy = Buffer.from(bytes);
  for (let left = random(8); left >= 0 && copy.length > 0; left--) {
    const at = random(copy.length);
    copy[at] = (copy[at] as number) ^ (1 << random(8));
  }
  return copy;
}

/** Cut off anywhere; rarely the end is what is left. */
function truncated(random: Random, bytes: Buffer): Buffer {
  const at = random(bytes.length + 1);
  return random(5) === 0 ? bytes.subarray(at) : bytes.subarray(0, at);
}

function removed(random: Random, bytes: Buffer): Buffer {
  const [from, to] = span(random, bytes);
  return Buffer.concat([bytes.subarray(0, from), bytes.subarray(to)]);
}

/** A piece stands again and again, now and then until it makes a huge unit. */
function repeated(random: Random, bytes: Buffer): Buffer {
  const [from, to] = span(random, bytes);
  const piece = bytes.subarray(from, to);
  if (piece.length === 0) return bytes;
  const most = random(200) === 0 ? 5 * 1024 * 1024 : 2000;
  const times = 1 + random(Math.max(1, Math.floor(most / piece.length)));
  return Buffer.concat([bytes.subarray(0, to), Buffer.alloc(times * piece.length, piece), bytes.subarray(to)]);
}

/** The beginning of one file and the end of another. */
function spliced(random: Random, bytes: Buffer, others: readonly ExportFile[]): Buffer {
  const other = pick(random, others).bytes;
  return Buffer.concat([bytes.subarray(0, random(bytes.length + 1)), other.subarray(random(other.length + 1))]);
}

/** A piece of another file in the middle of one. */
function grafted(random: Random, bytes: Buffer, others: readonly ExportFile[]): Buffer {
  const at = random(bytes.length + 1);
  const other = pick(random, others).bytes;
  const [from, to] = span(random, other);
  return Buffer.concat([bytes.subarray(0, at), other.subarray(from, to), bytes.subarray(at)]);
}

function overwritten(random: Random, bytes: Buffer): Buffer {
  const at = random(bytes.length + 1);
  const put = pick(random, NUMBERS);
  return Buffer.concat([bytes.subarray(0, at), put, bytes.subarray(at + put.length)]);
}

function inserted(random: Random, bytes: Buffer): Buffer {
  const at = random(bytes.length + 1);
  const put = random(30) === 0 ? deep(random) : hostileValue(random);
  return Buffer.concat([bytes.subarray(0, at), put, bytes.subarray(at + random(12))]);
}

/** Where a piece begins and ends: mostly a short one. */
function span(random: Random, bytes: Buffer): [from: number, to: number] {
  const from = random(bytes.length + 1);
  return [from, from + random(Math.min(bytes.length - from, 1 + random(4) ** 6) + 1)];
}
