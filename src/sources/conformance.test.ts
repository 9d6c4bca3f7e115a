import { randomBytes } from 'node:crypto';
import { symlink } from 'node:fs/promises';
import { basename, join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Part, SourceKind } from '../../schema/source.ts';
import { partsOf } from './account.ts';
import { cases } from './testing/cases.ts';
import { bytesOf, comparable, cutAt, groupsOf, itemsOf, withChunks } from './testing/fake-part.ts';
import { folderWith } from './testing/folder.ts';
import { contextOf, readAll, tally } from './testing/read-all.ts';
import { writeZip } from './testing/write-zip.ts';

async function readParts(kind: SourceKind, path: string): Promise<{ part: Part; bytes: Buffer }[]> {
  const found: { part: Part; bytes: Buffer }[] = [];
  for (const arrival of await kind.arrivals(path)) {
    for (const part of await partsOf(kind, arrival)) if (part.role !== null) found.push({ part, bytes: await bytesOf(part) });
  }
  return found;
}

/** What each of a path's parts came to, with every balance checked. */
async function balanced(kind: SourceKind, path: string): Promise<Record<string, number>[]> {
  const parts = await readAll(kind, path, contextOf());
  for (const part of parts) {
    expect([part.name, part.accounted, part.recounted]).toEqual([part.name, part.counted, part.counted]);
    expect(part.groups.map((group) => group.unaccounted).filter((units) => units > 0)).toEqual([]);
  }
  return parts.map((part) => tally(part.items));
}

/** What makes structure in one of the formats, and breaks it elsewhere. */
const STRUCTURE = [
  '"',
  "'",
  '\\',
  '\n',
  '\r',
  ',',
  ';',
  '[',
  ']',
  '{',
  '}',
  '<',
  '>',
  '/',
  '!',
  '--',
  '<![CDATA[',
  ']]>',
  '?>',
  '</',
  '\0',
  'é',
  ' ',
];

describe.each(cases)('$name', ({ kind, fixtures, fileName, huge }) => {
  it('accounts for every unit of its fixtures', async () => {
    const outcomes = await balanced(kind, fixtures);
    expect(outcomes.length).toBeGreaterThan(0);
  });

  it('gives the same, in whatever pieces the bytes come', async () => {
    for (const { part, bytes } of await readParts(kind, fixtures)) {
      const whole = comparable(await itemsOf(kind, withChunks(part, [bytes])));
      const places = fc.array(fc.nat(bytes.length), { maxLength: 40 });
      await fc.assert(
        fc.asyncProperty(places, async (cuts) => {
          expect(comparable(await itemsOf(kind, withChunks(part, cutAt(bytes, cuts))))).toBe(whole);
        }),
        { numRuns: 15 },
      );
    }
  });

  it('counts and accounts alike on damaged input, and never fails', async () => {
    const parts = await readParts(kind, fixtures);
    const damage = fc.array(fc.tuple(fc.nat(), fc.nat(6), fc.constantFrom(...STRUCTURE)), { minLength: 1, maxLength: 6 });
    await fc.assert(
      fc.asyncProperty(fc.nat(parts.length - 1), damage, fc.array(fc.nat(), { maxLength: 5 }), async (index, damages, cuts) => {
        const { part, bytes: intact } = parts[index] as (typeof parts)[number];
        let bytes = intact;
        for (const [place, dropped, put] of damages) {
          const at = place % (bytes.length + 1);
          bytes = Buffer.concat([bytes.subarray(0, at), Buffer.from(put), bytes.subarray(at + dropped)]);
        }
        for (const group of await groupsOf(kind, withChunks(part, cutAt(bytes, cuts)))) expect(group.unaccounted).toBe(0);
      }),
      { numRuns: 150 },
    );
  });

  it('gives the same groups, wherever an interrupted reading goes on', async () => {
    for (const { part, bytes } of await readParts(kind, fixtures)) {
      const groups = await groupsOf(kind, withChunks(part, [bytes]));
      for (const [index, group] of groups.entries()) {
        const rest = await groupsOf(kind, withChunks(part, [bytes]), { groupUnits: 7, skipUnits: group.unitsAfter });
        expect(comparable(rest)).toBe(comparable(groups.slice(index + 1)));
      }
    }
  });

  it('keeps what came before a break of the stream', async () => {
    for (const { part, bytes } of await readParts(kind, fixtures)) {
      const half = bytes.subarray(0, bytes.length >> 1);
      const items = await itemsOf(kind, withChunks(part, [half], new Error('disk')));
      expect(items.at(-1)).toMatchObject({ is: 'quarantined', units: 1, reason: 'part-unreadable' });
      const whole = await itemsOf(kind, withChunks(part, [bytes]));
      expect(items.length).toBeLessThanOrEqual(whole.length + 1);
    }
  });

  it('catches a parser that keeps silent about units, or makes some up', async () => {
    const silent: SourceKind = {
      ...kind,
      async *parse(...given) {
        let n = 0;
        for await (const item of kind.parse(...given)) if (n++ % 3 !== 1) yield item;
      },
    };
    const talkative: SourceKind = {
      ...kind,
      async *parse(...given) {
        for await (const item of kind.parse(...given)) yield { ...item, units: item.units + 1 };
      },
    };
    const parts = (await readParts(kind, fixtures)).map(({ part, bytes }) => withChunks(part, [bytes]));
    let caught = 0;
    for (const part of parts) {
      for (const group of await groupsOf(silent, part)) {
        caught += group.unaccounted;
        expect(group.items.reduce((sum, item) => sum + item.units, 0)).toBe(group.counted);
      }
    }
    expect(caught).toBeGreaterThan(0);
    await expect(groupsOf(talkative, parts[0] as Part)).rejects.toMatchObject({ code: 'ledger-unbalanced' });
  });

  it('has one unit for a file that is empty, cut off or damaged', async () => {
    const zip = writeZip([{ name: fileName, content: 'x\n'.repeat(500) }]);
    const crc = writeZip([{ name: fileName, content: '', declaredCrc: 1 }]);
    const outcomes = async (files: Record<string, Buffer | string>) => balanced(kind, await folderWith(files));
    expect(await outcomes({ [fileName]: '' })).toEqual([{ 'quarantined file-empty': 1 }]);
    expect(await outcomes({ 'a.zip': '' })).toEqual([{ 'quarantined file-empty': 1 }]);
    expect(await outcomes({ 'a.zip': zip.subarray(0, -30) })).toEqual([{ 'quarantined zip-broken': 1 }]);
    expect(await outcomes({ 'a.zip': randomBytes(1000) })).toEqual([{ 'quarantined zip-broken': 1 }]);
    expect(await outcomes({ 'a.zip': crc })).toEqual([{ 'quarantined zip-broken': 1 }]);
  });

  it('refuses what a zip should not hold, entry by entry', async () => {
    const entries = async (...files: Parameters<typeof writeZip>[0]) => {
      const outcomes = await balanced(kind, await folderWith({ 'a.zip': writeZip(files) }));
      return outcomes.flatMap(Object.entries).sort();
    };
    expect(await entries({ name: `../${basename(fileName)}`, content: 'x' })).toEqual([['quarantined unsafe-name', 1]]);
    expect(await entries({ name: `/etc/${basename(fileName)}`, content: 'x' })).toEqual([['quarantined unsafe-name', 1]]);
    expect(await entries({ name: 'C:\\x.csv', content: 'x' })).toEqual([['quarantined unsafe-name', 1]]);
    expect(await entries({ name: fileName, content: 'x', flags: 1 })).toEqual([['quarantined zip-encrypted', 1]]);
    // The place of a zip64 directory, beyond what a file can have: reading there must not end the process.
    const beyond = Buffer.concat([Buffer.from('504b0607', 'hex'), Buffer.alloc(16, 0xff)]);
    const lost = writeZip([{ name: fileName, content: 'x' }]);
    const misled = Buffer.concat([lost.subarray(0, -22), beyond, lost.subarray(-22)]);
    expect(await balanced(kind, await folderWith({ 'a.zip': misled }))).toEqual([{ 'quarantined zip-broken': 1 }]);
    const bomb = Buffer.alloc(80 * 1024 * 1024);
    expect(await entries({ name: fileName, content: bomb })).toEqual([['quarantined zip-bomb', 1]]);
    const lying = await entries({ name: fileName, content: bomb, declaredBytes: 100 });
    expect(lying.at(-1)).toEqual(['quarantined zip-broken', 1]);
  });

  it('follows no link out of the folder', async () => {
    const outside = await folderWith({ 'secret.txt': 'secret' });
    const folder = await folderWith({ [fileName]: 'x' });
    await symlink(join(outside, 'secret.txt'), join(folder, fileName.replace(/[^/]+$/, 'link.csv')));
    const outcomes = (await balanced(kind, folder)).flatMap(Object.entries);
    expect(outcomes).toContainEqual(['quarantined unsafe-name', 1]);
  });

  it('bears a huge unit, bytes of no encoding, and fields from nowhere', async () => {
    const outcomes = await balanced(kind, await folderWith({ [fileName]: huge() }));
    expect(outcomes).toEqual([{ 'quarantined line-too-long': 1 }]);
    const sum = (outcome: Record<string, number>) => Object.values(outcome).reduce((total, units) => total + units, 0);
    for (const bytes of [Buffer.from([0xff, 0xfe, 0x00, 0xd8, 0x20, 0x00]), Buffer.from([0xff, 0xfe, 0, 0, 1, 2]), randomBytes(5000)]) {
      const [outcome] = await balanced(kind, await folderWith({ [fileName]: bytes }));
      expect(Object.keys(outcome ?? {}).every((key) => key.startsWith('quarantined'))).toBe(true);
      expect(sum(outcome ?? {})).toBeGreaterThanOrEqual(fileName === 'EDA.csv' ? 0 : 1);
    }
  });

  it('believes no time that lies after the arrival', async () => {
    for (const part of await readAll(kind, fixtures, contextOf({ arrivedMs: 0 }))) {
      expect(part.items.filter((item) => item.is !== 'quarantined' && item.is !== 'excluded')).toEqual([]);
      expect(part.accounted).toBe(part.recounted);
    }
  });

  it('finds nothing where there is nothing', async () => {
    expect(await kind.arrivals(join(await folderWith({}), 'not-there'))).toEqual([]);
    expect(await kind.arrivals(await folderWith({ '.hidden': 'x' }))).toEqual([]);
  });
});
