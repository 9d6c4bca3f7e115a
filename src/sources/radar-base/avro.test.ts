import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { cutAt } from '../testing/fake-part.ts';
import { folderWith } from '../testing/folder.ts';
import { contextOf, itemsAt, readAll, tally } from '../testing/read-all.ts';
import { type AvroItem, avroItems } from './avro-container.ts';
import { AvroBytes, avroType } from './avro-type.ts';
import { radarBase } from './index.ts';
import { unsnappied } from './snappy.ts';

// The containers were written by another program, fastavro 1.13.1.
const topics = join(import.meta.dirname, 'fixtures', 'topics');
const LIGHT = 'android_phone_light/partition=0/android_phone_light+0+0000000000+0000000011.avro';
const light = readFileSync(join(topics, LIGHT));
/** Blocks of the file, each from its head to behind its marker. */
const MARKER = Buffer.from(Array.from({ length: 16 }, (_, i) => 100 + i));
const account = contextOf({ account: 'user-1' });

async function read(chunks: Buffer[]): Promise<AvroItem[]> {
  async function* given(): AsyncGenerator<Buffer> {
    yield* chunks;
  }
  const items: AvroItem[] = [];
  for await (const item of avroItems(given(), () => true)) items.push(item);
  return items;
}

function endOfMarker(bytes: Buffer, number: number): number {
  let at = 0;
  for (let i = 0; i <= number; i++) at = bytes.indexOf(MARKER, at) + MARKER.length;
  return at;
}

describe('Avro containers of RADAR-base', () => {
  it('are read as the other forms are: deflate, snappy and plain, answers one by one', async () => {
    const parts = await readAll(radarBase, topics, account);
    expect(parts.map(({ role, items }) => [role, tally(items)])).toEqual([
      ['container', { sample: 10, 'excluded empty': 1, 'excluded other-person': 1 }],
      ['container', { record: 2 }],
      ['container', { record: 2 }],
    ]);
    const items = parts.flatMap((part) => part.items);
    const samples = items.flatMap((item) => (item.is === 'sample' ? [item.sample] : []));
    expect(samples.slice(0, 4).map(({ signal, value, time }) => [signal, value, time.utc])).toEqual([
      ['light', 0, '2024-03-05T08:00:00.000Z'],
      ['light', 0.1, '2024-03-05T08:00:00.250Z'],
      ['light', 0.2, '2024-03-05T08:00:00.500Z'],
      ['light', 0.3, '2024-03-05T08:00:00.750Z'],
    ]);
    const records = items.flatMap((item) => (item.is === 'record' ? [item.record] : []));
    expect(records.slice(0, 2)).toMatchObject([
      { event: 'screen', values: { interaction_state: { value: 'UNLOCKED' } } },
      { event: 'screen' },
    ]);
    expect(records.slice(2)).toMatchObject([
      { instrument: 'PHQ8', item: 'phq8_1', value: 3, time: { utc: '2024-03-05T08:00:02.500Z' } },
      { instrument: 'PHQ8', item: 'phq8_2', value: 'rather not say' },
    ]);
  });

  it('give the same, wherever the bytes are cut', async () => {
    const whole = await read([light]);
    expect(whole.length).toBe(12);
    await fc.assert(
      fc.asyncProperty(fc.array(fc.nat(light.length), { maxLength: 30 }), async (cuts) => {
        expect(await read(cutAt(light, cuts))).toEqual(whole);
      }),
      { numRuns: 40 },
    );
  });

  it('go on behind the next marker after a damaged block, and tell how many records it held', async () => {
    const [first, second] = [endOfMarker(light, 1), endOfMarker(light, 2)];
    const whole = await read([light]);
    const inBlock = (await read([light.subarray(0, second)])).length - (await read([light.subarray(0, first)])).length;
    const content = Buffer.from(light);
    content.fill(0xee, first + 10, first + 14);
    const damaged = await read([content]);
    expect(damaged.filter((item) => 'record' in item).length).toBe(whole.length - inBlock);
    expect(damaged.filter((item) => 'lost' in item)).toEqual([{ lost: inBlock }]);
    const head = Buffer.from(light);
    head.fill(0xff, first, first + 2);
    expect((await read([head])).filter((item) => 'lost' in item)).toEqual([{ lost: 1 }]);
    expect((await read([head])).length).toBe(whole.length - inBlock + 1);
  });

  it('that are cut off, damaged in the head or something else say so', async () => {
    const other = Buffer.from(readFileSync(join(topics, LIGHT)).toString('latin1').replace('"name": "value"', '"name": "other"'), 'latin1');
    const files = { 'a.avro': light.subarray(0, -5), 'b.avro': light.subarray(0, 60), 'c.avro': 'Obj\x02', 'd.avro': other, 'e.avro': '' };
    const parts = await readAll(radarBase, await folderWith(files), account);
    expect(parts.map(({ items }) => tally(items))).toMatchObject([
      { sample: 6, 'quarantined part-unreadable': 1 },
      { 'quarantined part-unreadable': 1 },
      { 'quarantined not-this-kind': 1 },
      { 'quarantined not-this-kind': 1 },
      { 'quarantined file-empty': 1 },
    ]);
  });

  it('give the same items again', async () => {
    expect(await itemsAt(radarBase, topics)).toEqual(await itemsAt(radarBase, topics));
  });
});

describe('types of Avro', () => {
  const decode = (schema: unknown, ...bytes: number[]) => avroType(schema)(new AvroBytes(Buffer.from(bytes)));

  it('are those of the specification', () => {
    expect(decode('long', 0xd8, 0x04)).toBe(300);
    expect(decode('int', 0x03)).toBe(-2);
    expect(decode('long', 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x01)).toBe('-9223372036854775808');
    expect(decode('float', 0xcd, 0xcc, 0xcc, 0x3d)).toBe(0.1);
    expect(decode('double', 0, 0, 0, 0, 0, 0, 0xf8, 0x7f)).toBe('NaN');
    expect(decode({ type: 'array', items: 'long' }, 0x03, 0x04, 0x06, 0x36, 0x00)).toEqual([3, 27]);
    expect(decode({ type: 'map', values: 'boolean' }, 0x02, 0x02, 0x61, 0x01, 0x00)).toEqual({ a: true });
    expect(decode({ type: 'enum', name: 'E', symbols: ['A', 'B'] }, 0x02)).toBe('B');
    expect(decode({ type: 'fixed', name: 'F', size: 2 }, 0xca, 0xfe)).toBe('cafe');
    expect(decode(['null', { type: 'long', logicalType: 'timestamp-millis' }], 0x02, 0x02)).toBe(1);
  });

  it('may name themselves, but neither without end nor without being there', () => {
    const list = { type: 'record', name: 'L', namespace: 'x', fields: [{ name: 'next', type: ['null', 'L'] }] };
    expect(decode(list, 0x02, 0x02, 0x00)).toEqual({ next: { next: { next: null } } });
    expect(() => decode(list, ...Array.from({ length: 100 }, () => 0x02))).toThrow();
    expect(() => decode('x.Nowhere', 0)).toThrow();
    expect(() => decode({ type: 'array', items: 'null' }, 0xfe, 0xff, 0xff, 0xff, 0x0f, 0x00)).toThrow();
  });
});

it('Snappy copies what it has just written, and believes no length', () => {
  expect(unsnappied(Buffer.from([9, 0x08, 0x61, 0x62, 0x63, 0x09, 0x03]), 100).toString()).toBe('abcabcabc');
  expect(unsnappied(Buffer.from([5, 0x04, 0x61, 0x62, 0x0a, 0x02, 0x00]), 100).toString()).toBe('ababa');
  expect(() => unsnappied(Buffer.from([5, 0x04, 0x61, 0x62, 0x0a, 0x03, 0x00]), 100)).toThrow();
  expect(() => unsnappied(Buffer.from([200, 1, 0x00, 0x61]), 100)).toThrow();
});
