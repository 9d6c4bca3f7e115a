import { appendFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { AfferentError } from '../../schema/errors.ts';
import type { Part, SourceKind } from '../../schema/source.ts';
import { countPart, type Group, partsOf, readPart } from './account.ts';
import { posts } from './posts/index.ts';
import { REFUSED_ROLE } from './reading/container.ts';
import { groupsOf, withChunks } from './testing/fake-part.ts';
import { folderWith } from './testing/folder.ts';
import { contextOf } from './testing/read-all.ts';

function lines(count: number): string {
  return Array.from({ length: count }, (_, i) => `{"id":"${i}","time":"2024-01-01T00:00:00Z","text":"post ${i}"}\n`).join('');
}

async function partWith(text: string): Promise<Part> {
  const folder = await folderWith({ 'a.jsonl': text });
  const [arrival] = await posts.arrivals(folder);
  const [part] = await partsOf(posts, arrival as NonNullable<typeof arrival>);
  return part as Part;
}

describe('reading a part in groups', () => {
  it('ends groups at fixed numbers of units', async () => {
    const groups = await groupsOf(posts, await partWith(lines(25)), { groupUnits: 10 });
    expect(groups.map((group) => [group.unitsBefore, group.unitsAfter, group.counted])).toEqual([
      [0, 10, 10],
      [10, 20, 10],
      [20, 25, 5],
    ]);
  });

  it('goes on after what was committed, and nowhere else', async () => {
    const part = await partWith(lines(25));
    const groups = await groupsOf(posts, part, { groupUnits: 10, skipUnits: 20 });
    expect(groups.map((group) => group.unitsBefore)).toEqual([20]);
    expect(await groupsOf(posts, part, { groupUnits: 10, skipUnits: 25 })).toEqual([]);
    const pairs: SourceKind = {
      ...posts,
      async *parse() {
        for (let i = 0; i < 3; i++) yield { is: 'excluded', units: 2, end: i + 1, day: null, reason: 'empty' };
      },
    };
    await expect(groupsOf(pairs, part, { groupUnits: 10, skipUnits: 3 })).rejects.toMatchObject({ code: 'ledger-off' });
  });

  it('goes on behind groups of another size, as another version may have committed them', async () => {
    const groups = await groupsOf(posts, await partWith(lines(25)), { groupUnits: 20, skipUnits: 15 });
    expect(groups.map((group) => [group.unitsBefore, group.unitsAfter, group.counted])).toEqual([
      [15, 20, 5],
      [20, 25, 5],
    ]);
  });

  it('ends a group early where its units are long, at the same units wherever a reading begins', async () => {
    const part = await partWith(lines(25));
    const options = { groupUnits: 100, groupBytes: 9 * (lines(10).length / 10) };
    const groups = await groupsOf(posts, part, options);
    const ends = groups.map((group) => group.unitsAfter);
    expect(ends).toEqual([9, 18, 25]);
    const rest = await groupsOf(posts, part, { ...options, skipUnits: 9 });
    expect(rest.map((group) => group.unitsAfter)).toEqual([18, 25]);
  });

  it('hands items over one by one to who takes them, with the number of their first unit', async () => {
    const taken: number[] = [];
    const take = (_: unknown, unit: number) => taken.push(unit);
    const groups = await groupsOf(posts, await partWith(lines(25)), { groupUnits: 10, skipUnits: 10, take });
    expect(groups.map((group) => [group.unitsBefore, group.counted, group.items.length])).toEqual([
      [10, 10, 0],
      [20, 5, 0],
    ]);
    expect(taken).toEqual(Array.from({ length: 15 }, (_, i) => i + 10));
  });

  it('shows progress while units are dropped, and stops where it is told to', async () => {
    const part = await partWith(lines(25));
    const seen: number[] = [];
    const options = { groupUnits: 10, skipUnits: 25, progress: (position: number) => seen.push(position) };
    expect(await groupsOf(posts, part, options)).toEqual([]);
    expect(seen).toEqual([part.bytes]);
    const stop = (): never => {
      throw new AfferentError('interrupted');
    };
    await expect(groupsOf(posts, part, { groupUnits: 10, progress: stop })).rejects.toMatchObject({ code: 'interrupted' });
  });

  it('quarantines under the reason of a parser that gives up, and counts the rest', async () => {
    const quitter: SourceKind = {
      ...posts,
      async *parse(...given) {
        let n = 0;
        for await (const item of posts.parse(...given)) {
          if (n++ === 12) throw new AfferentError('not-xml');
          yield item;
        }
      },
    };
    const groups = await groupsOf(quitter, await partWith(lines(25)), { groupUnits: 10 });
    expect(groups.at(-1)?.items.at(-1)).toMatchObject({ is: 'quarantined', reason: 'not-xml', units: 13 });
    expect(groups.every((group) => group.unaccounted === 0)).toBe(true);
  });

  it('passes a defect of the parser on as one of ours', async () => {
    const broken: SourceKind = {
      ...posts,
      parse() {
        throw new TypeError('a text of a participant');
      },
    };
    const failure = groupsOf(broken, await partWith(lines(2)), { groupUnits: 10 });
    await expect(failure).rejects.toMatchObject({ code: 'internal', message: 'Something went wrong inside Afferent.' });
  });

  it('holds no more of the stream than a group needs', async () => {
    let open = 0;
    const part = await partWith(lines(1));
    async function* endless(): AsyncGenerator<Buffer> {
      try {
        open++;
        for (;;) yield Buffer.from(lines(1));
      } finally {
        open--;
      }
    }
    const { Readable } = await import('node:stream');
    const stream = { ...part, open: async () => Readable.from(endless(), { objectMode: true, highWaterMark: 1 }) };
    for await (const group of readPart(posts, stream, contextOf(), { groupUnits: 10 })) {
      expect(group.counted).toBe(10);
      break;
    }
    expect(open).toBe(0);
  });

  it('notices a file that changed or went since it was listed', async () => {
    const folder = await folderWith({ 'a.jsonl': lines(2), 'b.jsonl': lines(2) });
    const parts = (await Promise.all((await posts.arrivals(folder)).map((arrival) => partsOf(posts, arrival)))).flat();
    await appendFile(join(folder, 'a.jsonl'), lines(1));
    await writeFile(join(folder, 'b.jsonl'), '');
    for (const part of parts) {
      const groups = await groupsOf(posts, part);
      expect(groups.flatMap((group) => group.items)).toMatchObject([{ is: 'quarantined', reason: 'file-changed', units: 1 }]);
      expect(await countPart(posts, part)).toBe(1);
    }
  });

  it('does not take a part that cannot be read again for one that is done', async () => {
    const folder = await folderWith({ 'a.jsonl': lines(25) });
    const [arrival] = await posts.arrivals(folder);
    const [part] = (await partsOf(posts, arrival as NonNullable<typeof arrival>)) as [Part];
    await writeFile(join(folder, 'a.jsonl'), lines(3));
    await expect(groupsOf(posts, part, { groupUnits: 10, skipUnits: 20 })).rejects.toMatchObject({ code: 'file-changed' });
    const refused: Part = { ...part, role: REFUSED_ROLE, open: () => Promise.reject(new AfferentError('zip-broken')) };
    await expect(groupsOf(posts, refused, { groupUnits: 10, skipUnits: 20 })).rejects.toMatchObject({ code: 'file-changed' });
    await rm(join(folder, 'a.jsonl'));
    await expect(groupsOf(posts, part)).rejects.toMatchObject({ code: 'file-gone' });
    await expect(partsOf(posts, arrival as NonNullable<typeof arrival>)).rejects.toMatchObject({ code: 'file-gone' });
  });

  it.each([
    ['EIO', 'file-changed'],
    ['EMFILE', 'file-changed'],
    ['EACCES', 'file-changed'],
    ['ENOSPC', 'disk-full'],
  ])('ends the reading at %s, which says nothing of the content', async (code, told) => {
    const part = await partWith(lines(25));
    const fault = Object.assign(new Error('read'), { code });
    const broken = withChunks(part, [Buffer.from(lines(12))], fault);
    const groups: Group[] = [];
    const reading = (async () => {
      for await (const group of readPart(posts, broken, contextOf(), { groupUnits: 10 })) groups.push(group);
    })();
    await expect(reading).rejects.toMatchObject({ code: told, place: told === 'file-changed' ? { what: code } : {} });
    expect(groups.flatMap((group) => group.items).every((item) => item.is === 'record')).toBe(true);
    await expect(countPart(posts, broken)).rejects.toMatchObject({ code: told });
    const unopened: Part = { ...part, open: () => Promise.reject(fault) };
    await expect(groupsOf(posts, unopened)).rejects.toMatchObject({ code: told });
  });

  it('counts units that end together in one group', async () => {
    const part = withChunks(await partWith(lines(1)), [Buffer.from('ab')]);
    const twins: SourceKind = {
      ...posts,
      counter: () => ({ push() {}, end() {}, takeUntil: (position) => (position >= 2 ? 2 : 0) }),
      async *parse() {
        yield { is: 'excluded', units: 1, end: 2, day: null, reason: 'empty' };
        yield { is: 'excluded', units: 1, end: 2, day: null, reason: 'empty' };
      },
    };
    expect((await groupsOf(twins, part, { groupUnits: 1 })).map((group) => [group.counted, group.unaccounted])).toEqual([[2, 0]]);
  });
});
