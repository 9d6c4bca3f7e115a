import { gzipSync } from 'node:zlib';
import { writeZip, type ZippedFile } from '../write-zip.ts';
import type { ExportFile } from './bytes.ts';
import { pick, type Random } from './random.ts';

const MiB = 1024 * 1024;

/** Files packed into one zip that is not as it should be. */
export function hostileZip(random: Random, files: readonly ExportFile[]): Buffer {
  const entries = files.map(({ name, bytes }): ZippedFile => ({ name, content: bytes, store: random(2) === 0 }));
  const at = random(entries.length);
  const entry = entries[at] as ZippedFile;
  const trick = random(16);
  if (trick < 4) return writeZip(entries.toSpliced(at, 1, { ...entry, ...renamed(random, entry.name) }));
  if (trick < 9) return writeZip(entries.toSpliced(at, 1, { ...entry, ...lie(random, entry) }));
  if (trick === 9) return writeZip(entries.toSpliced(at, 0, ...Array<ZippedFile>(1 + random(3)).fill(entry)));
  if (trick === 10) return writeZip([...entries, ...manyEntries(random)]);
  if (trick === 11) return overlapping(writeZip([...entries, { ...entry, name: `2/${entry.name}` }]));
  if (trick === 12)
    return writeZip([{ name: entry.name, content: writeZip(entries) }, ...entries, { name: 'in.zip', content: writeZip(entries) }]);
  if (trick === 13 && random(30) === 0) return writeZip(entries.toSpliced(at, 1, bomb(random, entry)));
  return wrongEnd(random, writeZip(entries));
}

/** A packed file that is no gzip to its end, holds several, or unpacks to far more. */
export function hostileGzip(random: Random, bytes: Buffer): Buffer {
  const packed = gzipSync(bytes);
  return pick(random, [
    () => packed,
    () => packed.subarray(0, random(packed.length + 1)),
    () => Buffer.concat([packed, packed]),
    () => Buffer.concat([packed, bytes.subarray(0, 100)]),
    () => gzipSync(packed),
    () => Buffer.concat([packed.subarray(0, -8), Buffer.from('00000000ffffffff', 'hex')]),
    () => bytes,
    () => (random(40) === 0 ? gzipSync(Buffer.concat([bytes, Buffer.alloc(80 * MiB, bytes.subarray(-1))])) : packed),
  ])();
}

function renamed(random: Random, name: string): Pick<ZippedFile, 'name' | 'rawName'> {
  const raw = (hex: string) => ({ name, rawName: Buffer.concat([Buffer.from(hex, 'hex'), Buffer.from(name)]) });
  return pick(
    random,
    [
      ...[
        `../${name}`,
        `/${name}`,
        `C:\\${name}`,
        `a/../../${name}`,
        `./${name}`,
        `a//${name}`,
        '',
        '.',
        '..',
        '/',
        `${name}/`,
        `${name}\0.txt`,
      ],
      ...[
        `${'d/'.repeat(5000)}${name}`,
        `\u202e${name}`,
        name.toUpperCase(),
        `${name} `,
        name.replaceAll('/', '\\'),
        `__MACOSX/._${name}`,
        'x'.repeat(65535),
      ],
    ]
      .map((other) => ({ name: other }) as Pick<ZippedFile, 'name' | 'rawName'>)
      .concat([raw('ff'), raw('c0af2e2e2f'), raw('eda080')]),
  );
}

/** Headers that say another size, checksum, method or place than the truth. */
function lie(random: Random, { content }: ZippedFile): Partial<ZippedFile> {
  const sizes = [0, 1, content.length - 1, content.length + 1, 2 ** 31, 0xffff_ffff].filter((size) => size >= 0);
  const zip64 = Buffer.alloc(4 + 24);
  zip64.writeUInt16LE(1, 0);
  zip64.writeUInt16LE(pick(random, [24, 8, 0, 65535]), 2);
  for (const at of [4, 12, 20])
    zip64.writeBigUInt64LE(pick(random, [0n, 1n, 2n ** 40n, 2n ** 53n - 1n, 2n ** 64n - 1n, BigInt(content.length)]), at);
  return pick<Partial<ZippedFile>>(random, [
    { declaredCrc: random(2 ** 32) },
    { declaredBytes: pick(random, sizes) },
    { packedBytes: pick(random, sizes) },
    { declaredBytes: 0xffff_ffff, packedBytes: 0xffff_ffff },
    { declaredBytes: 0xffff_ffff, packedBytes: 0xffff_ffff, extra: zip64 },
    { extra: zip64 },
    { flags: pick(random, [1, 8, 9, 0x40, 0x2000, 0xffff]) },
    { method: pick(random, [1, 9, 12, 14, 93, 99, 0xffff]) },
    { offset: pick(random, [1, 4, 2 ** 31, 0xffff_ffff]) },
  ]);
}

function manyEntries(random: Random): ZippedFile[] {
  const count = random(20) === 0 ? 3000 : 30;
  return Array.from({ length: count }, (_, index) => ({ name: `${index}.json`, content: '', store: true }));
}

/** The second entry's place in the directory is the first one's. */
function overlapping(zip: Buffer): Buffer {
  const last = zip.lastIndexOf('PK\x01\x02', undefined, 'latin1');
  zip.writeUInt32LE(0, last + 42);
  return zip;
}

/** More than 300 times its size: the truth said, or kept silent about. */
function bomb(random: Random, entry: ZippedFile): ZippedFile {
  const content = Buffer.alloc(70 * MiB, pick(random, ['\0', ' ', '[', '0,', 'a\n', '{}\n', '<a/>', '[{"a":1}']));
  return { name: entry.name, content, ...(random(2) === 0 ? { declaredBytes: 1000 } : {}) };
}

/** The end of the directory says other numbers, stands twice, or has something behind it. */
function wrongEnd(random: Random, zip: Buffer): Buffer {
  const end = zip.length - 22;
  const short = Buffer.from(zip);
  short.writeUInt16LE(pick(random, [0, 1, 0x7fff, 0xffff]), end + pick(random, [4, 6, 8, 10, 20]));
  const long = Buffer.from(zip);
  long.writeUInt32LE(pick(random, [0, 1, 2 ** 31, 0xffff_ffff, end]), end + pick(random, [12, 16]));
  return pick(random, [
    () => zip,
    () => short,
    () => long,
    () => Buffer.concat([zip, zip.subarray(end)]),
    () => Buffer.concat([zip, Buffer.alloc(1 + random(70_000))]),
    () => Buffer.concat([Buffer.alloc(1 + random(70_000), 'MZ'), zip]),
    () => Buffer.concat([zip, zip]),
    () =>
      Buffer.concat([
        zip.subarray(0, end),
        Buffer.from('504b0607', 'hex'),
        Buffer.alloc(16, random(2) === 0 ? 0xff : 0),
        zip.subarray(end),
      ]),
  ])();
}
