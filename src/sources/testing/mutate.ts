import { gzipSync } from 'node:zlib';
import { writeZip } from './write-zip.ts';

/** A file of an export: its path within it and its content. */
export interface ExportFile {
  name: string;
  bytes: Buffer;
}

/** Whole numbers below a bound, the same for the same seed. */
export type Random = (below: number) => number;

/** mulberry32 (T. Ettinger, public domain): 32 bits of state, uniform. */
export function seededRandom(seed: number): Random {
  let state = Math.imul(seed ^ 0x9e37_79b9, 0x85eb_ca6b) >>> 0;
  return (below) => {
    state = (state + 0x6d2b_79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return Math.floor((((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32) * below);
  };
}

/** No mutated file grows beyond this. */
const MOST_BYTES = 8 * 1024 * 1024;

/** What makes structure in some format, ends a number or a date, or says a length that is not there. */
const TOKENS = [
  ...[
    '"',
    "'",
    '\\',
    '\n',
    '\r\n',
    '\r',
    ',',
    ';',
    '\t',
    '[',
    ']',
    '{',
    '}',
    '<',
    '>',
    '</',
    '/>',
    '<!--',
    '<![CDATA[',
    ']]>',
    '&#x0;',
    '&',
  ],
  ...[
    'null',
    'true',
    '{}',
    '[]',
    '""',
    'NaN',
    '-0',
    '1e999',
    '-1e-999',
    '99999999999999999999999',
    '0x10',
    '1,5',
    '\\ud800',
    '\\u0000',
    '__proto__',
  ],
  ...['9999-12-31T23:59:60Z', '0000-00-00', '2024-02-30', '2024-03-31 02:30:00', '-271821-04-20T00:00:00Z', '+14:00', 'Europe/Nowhere'],
].map((token) => Buffer.from(token));
const BYTES = [
  '00',
  'ff',
  'ffffffff',
  '00000000',
  'ffffff7f',
  '00000080',
  'efbbbf',
  'fffe',
  'feff',
  'c328',
  'eda080',
  '1f8b0800',
  '504b0304',
  '504b0506',
].map((hex) => Buffer.from(hex, 'hex'));

/** A file with one to five faults, from the other files too. The same seed gives the same. */
export function mutated(random: Random, bytes: Buffer, others: readonly ExportFile[]): Buffer {
  let faulty = bytes;
  for (let left = 1 + random(5); left > 0; left--) faulty = withFault(random, faulty, others).subarray(0, MOST_BYTES);
  return faulty;
}

function withFault(random: Random, bytes: Buffer, others: readonly ExportFile[]): Buffer {
  const at = random(bytes.length + 1);
  const length = random(Math.min(bytes.length - at, 1 + random(4) ** 6) + 1);
  const [before, piece, after] = [bytes.subarray(0, at), bytes.subarray(at, at + length), bytes.subarray(at + length)];
  const other = others[random(others.length)]?.bytes ?? bytes;
  switch (random(12)) {
    case 0:
    case 1:
      return flipped(random, bytes);
    case 2:
      return before;
    case 3:
      return random(4) === 0 ? bytes.subarray(at) : Buffer.concat([before, after]);
    case 4:
      return Buffer.concat([before, piece, piece, after]);
    case 5:
      return piece.length === 0 ? bytes : Buffer.concat([before, ...Array<Buffer>(repeats(random, piece)).fill(piece), after]);
    case 6:
      return Buffer.concat([before, other.subarray(random(other.length + 1)).subarray(0, 4096)]);
    case 7:
      return Buffer.concat([before, other.subarray(random(other.length + 1)).subarray(0, 1 + random(300)), after]);
    case 8:
      return Buffer.concat([before, pick(random, BYTES), after.subarray(random(5))]);
    case 9: {
      const token = pick(random, TOKENS);
      return Buffer.concat([before, ...Array<Buffer>(repeats(random, token)).fill(token), after]);
    }
    default:
      return Buffer.concat([before, pick(random, TOKENS), after.subarray(random(12))]);
  }
}

function flipped(random: Random, bytes: Buffer): Buffer {
  const copy = Buffer.from(bytes);
  for (let left = random(8); left >= 0 && copy.length > 0; left--) {
    const at = random(copy.length);
    copy[at] = (copy[at] as number) ^ (1 << random(8));
  }
  return copy;
}

/** Mostly a few times, now and then so often that it makes a huge unit or a deep one. */
function repeats(random: Random, piece: Buffer): number {
  const most = random(40) === 0 ? 5 * 1024 * 1024 : 2000;
  return 2 + random(Math.max(1, Math.floor(most / (piece.length + 1))));
}

function pick<T>(random: Random, list: readonly T[]): T {
  return list[random(list.length)] as T;
}

/**
 * An export made of fixtures of a kind: one file of it damaged and the rest whole or left out, as a folder, a zip, a zip that is
 * damaged itself, or a zip within a zip. `files` are the fixtures' own.
 */
export function mutatedExport(seed: number, files: readonly ExportFile[]): ExportFile[] {
  const random = seededRandom(seed);
  const chosen = pick(random, files);
  const damaged = { name: chosen.name, bytes: mutated(random, chosen.bytes, files) };
  const beside = files.filter((file) => file !== chosen && random(files.length) === 0 && random(3) === 0);
  const all = [damaged, ...beside];
  const zipped = () => writeZip(all.map(({ name, bytes }) => ({ name, content: bytes, store: random(2) === 0 })));
  switch (random(12)) {
    case 0:
      return [{ name: 'export.zip', bytes: zipped() }];
    case 1:
      return [{ name: 'export.zip', bytes: mutated(random, zipped(), files) }];
    case 2:
      return [
        {
          name: 'export.zip',
          bytes: writeZip([
            { name: chosen.name, content: zipped() },
            { name: 'inner.zip', content: zipped() },
          ]),
        },
      ];
    case 3:
      return [
        { name: `${chosen.name}.gz`, bytes: random(2) === 0 ? gzipSync(damaged.bytes) : mutated(random, gzipSync(chosen.bytes), files) },
      ];
    default:
      return all;
  }
}
