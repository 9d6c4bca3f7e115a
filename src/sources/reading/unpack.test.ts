import { constants, gzipSync, zstdCompressSync } from 'node:zlib';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { cutAt } from '../testing/fake-part.ts';
import { gunzipped, unzstded } from './unpack.ts';

const lines = Buffer.from(Array.from({ length: 40_000 }, (_, line) => `{"id":${line}}\n`).join(''));
const wide = (bytes: Buffer) =>
  zstdCompressSync(bytes, { params: { [constants.ZSTD_c_windowLog]: 31, [constants.ZSTD_c_checksumFlag]: 1 } });
const without = Buffer.from([0x5a, 0x2a, 0x4d, 0x18, 3, 0, 0, 0, 1, 2, 3]);

async function all(unpack: typeof unzstded, chunks: Buffer[]): Promise<{ bytes: Buffer; fault: unknown }> {
  const found: Buffer[] = [];
  const read = async () => {
    async function* given(): AsyncGenerator<Buffer> {
      yield* chunks;
    }
    for await (const chunk of unpack(given(), 1e9)) found.push(chunk);
    return null;
  };
  const fault = await read().catch((thrown: { code: string }) => thrown.code);
  return { bytes: Buffer.concat(found), fault };
}

test('every frame of a zstd file is unpacked, wherever its bytes are cut', async () => {
  const parts = [lines.subarray(0, 99), lines.subarray(99, 300_000), Buffer.alloc(0), lines.subarray(300_000)];
  const packed = Buffer.concat([...parts.map(wide), without]);
  await fc.assert(
    fc.asyncProperty(fc.array(fc.nat(packed.length), { maxLength: 30 }), async (cuts) => {
      const { bytes, fault } = await all(unzstded, cutAt(packed, cuts));
      expect([fault, bytes.equals(lines)]).toEqual([null, true]);
    }),
    { numRuns: 40 },
  );
});

test.each([
  ['zstd', unzstded, wide],
  ['gzip', gunzipped, gzipSync],
] as const)('what comes before the break of a %s file is given, and the break told', async (_name, unpack, pack) => {
  const packed = pack(lines);
  const cut = await all(unpack, [packed.subarray(0, -3)]);
  expect(cut.fault).toBe('part-unreadable');
  expect(cut.bytes.length).toBeGreaterThan(lines.length / 2);
  expect(lines.subarray(0, cut.bytes.length).equals(cut.bytes)).toBe(true);
  const other = Buffer.from(packed);
  other.writeUInt8((other.readUInt8(packed.length - 2) + 1) % 256, packed.length - 2);
  expect((await all(unpack, [other])).fault).toBe('part-unreadable');
});

test('what follows the last frame of a zstd file and is none is told', async () => {
  const { bytes, fault } = await all(unzstded, [Buffer.concat([wide(lines), Buffer.from('more')])]);
  expect([fault, bytes.equals(lines)]).toEqual(['part-unreadable', true]);
});
