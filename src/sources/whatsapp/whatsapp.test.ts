import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Part } from '../../../schema/source.ts';
import { comparable, cutAt, itemsOf, withChunks } from '../testing/fake-part.ts';
import { folderWith } from '../testing/folder.ts';
import { contextOf, driftingContext, itemsAt, readAll, tally } from '../testing/read-all.ts';
import { writeZip } from '../testing/write-zip.ts';
import { wallOf } from './clock.ts';
import { DateOrders } from './dates.ts';
import { whatsapp } from './index.ts';
import { stampOf } from './stamp.ts';

const fixtures = join(import.meta.dirname, 'fixtures');
const me = contextOf({ account: 'Quiet One' });
const postsAt = async (path: string, context = me) =>
  (await itemsAt(whatsapp, path, context)).flatMap((item) => (item.is === 'record' && item.record.type === 'post' ? [item.record] : []));

/** The time in a line of a file whose dates are all written like this one, with a day that tells the order. */
function timeOf(line: string): string | null {
  const stamp = stampOf(line);
  if (stamp === null) return null;
  const orders = new DateOrders(Date.UTC(2030, 0, 1));
  orders.add(stamp);
  const order = orders.decide().order;
  return order === null ? 'ambiguous' : wallOf(stamp, order, 2030);
}

describe('the time of a message', () => {
  it.each([
    ['9/17/19, 4:37 PM - A: x'],
    ['9/17/19, 4:37\u202fPM - A: x'],
    ['17/09/2019, 16:37 - A: x'],
    ['17.09.19, 16:37 - A: x'],
    ['17/9/19 16:37 - A: x'],
    ['17/9/2019, 4:37\u202fp.\u00a0m. - A: x'],
    ['17-09-19 16:37 - A: x'],
    ['2019-09-17 16:37 - A: x'],
    ['17/09/2019 à 16:37 - A: x'],
    ['2019-09-17 16 h 37 - A: x'],
    ['17.9.2019 klo 16.37 - A: x'],
    ['17.09.2019 16.37 - A: x'],
    ['2019년 9월 17일 오후 4:37, A : x'],
    ['2019/9/17 下午4:37 - A: x'],
    ['2019年9月17日 下午4:37 - A: x'],
    ['2019/09/17 16:37 - A: x'],
    ['2019. 09. 17. 16:37 - A: x'],
    ['17. 9. 2019 16:37 - A: x'],
    ['17. 09. 2019. u 16:37 - A: x'],
    ['17.09.2019 г., 16:37 ч. - A: x'],
    ['16:37, 17/09/2019 - A: x'],
    ['17/9/2562 16:37 - A: x'],
    ['17/09/2019, 4:37 PTG - A: x'],
    ['17/9/2019, 4:37 μ.μ. - A: x'],
    ['١٧\u200f/٩\u200f/٢٠١٩, ٤:٣٧ م - A: x'],
    ['१७/९/२०१९, ४:३७ अपराह्न - A: x'],
    ['\u200e[17.09.19, 16:37:00] A: x'],
    ['[17/9/19, 4:37:00\u202fPM] A: x'],
    ['[2019-09-17, 4:37:00 PM] A: x'],
    ['[16:37, 17/9/2019] A: x'],
    ['[17.9.2019 klo 16.37.00] A: x'],
    ['[2019/9/17 下午4:37:00] A: x'],
    ['09/17/19, 4:37 pm – A: x'],
    ['17/09/19, 4:37:00 PM: A: x'],
    ['17.09.19 16:37:00: A: x'],
    ['17.09.19, 4:37 пп - A: x'],
    ['17.09.2019 г., 4:37 сл.об. - A: x'],
    ['17/9/2019 4:37 หลังเที่ยง - A: x'],
  ])('is read from %s', (line) => {
    expect(timeOf(line)).toBe('2019-09-17T16:37:00');
  });

  it('of halves of a day is exact at noon and midnight, and is not guessed from words that are not known', () => {
    expect(timeOf('13/12/19, 12:05 a. m. - A: x')).toBe('2019-12-13T00:05:00');
    expect(timeOf('13/12/19, 12:05 p. m. - A: x')).toBe('2019-12-13T12:05:00');
    expect(timeOf('13/12/19, 00:08 a. m. - A: x')).toBe('2019-12-13T00:08:00');
    expect(timeOf('13.12.19, 9:05 дп - A: x')).toBe('2019-12-13T09:05:00');
    expect(timeOf('13/12/19, 9:05 xyz - A: x')).toBeNull();
  });

  it('begins no message where it stands alone in a sentence', () => {
    for (const line of ['2/11/19: Arrival', 'at 12/12/19, 14:18 - x', '[see 3] 12/12/19', '12/12/19 - x', '[12:30] x'])
      expect(stampOf(line)).toBeNull();
  });
});

describe('the order of day and month', () => {
  const decided = (...dates: string[]): string | null => {
    const orders = new DateOrders(Date.UTC(2030, 0, 1));
    for (const date of dates) orders.add(stampOf(`${date}, 10:00 - A: x`) as never);
    return orders.decide().order;
  };

  it('is told by one day after the twelfth, by dots, or by time going on', () => {
    expect(decided('01/02/19', '13/02/19')).toBe('day-month');
    expect(decided('01/02/19', '02/13/19')).toBe('month-day');
    expect(decided('01.02.19')).toBe('day-month');
    expect(decided('11/01/19', '12/01/19', '01/02/19')).toBe('day-month');
    expect(decided('19/12/30', '19/12/31', '20/01/01')).toBe('year-first');
  });

  it('is not told where both would do, and matters only where they differ', () => {
    expect(decided('01/02/19', '02/02/19')).toBeNull();
    expect(decided('01/01/19', '02/02/19')).toBe('day-month');
  });
});

describe('a chat of WhatsApp', () => {
  it('keeps the words of the declared person alone, in whole messages', async () => {
    const parts = await readAll(whatsapp, join(fixtures, '_chat.txt'), me);
    expect(tally(parts.flatMap((part) => part.items))).toEqual({
      record: 4,
      'excluded other-person': 3,
      'excluded empty': 2,
      'excluded not-collected': 1,
      'quarantined no-time': 1,
    });
    const posts = await postsAt(join(fixtures, '_chat.txt'), contextOf({ account: 'Quiet One', zone: 'Europe/Berlin' }));
    expect(posts.map(({ text, audience }) => [text, audience])).toEqual([
      ['Rain "and" tea 🙂\nsecond line\n\n[not a stamp] third line', 'followers'],
      ['ok', 'followers'],
      ['ok', 'followers'],
      ['fixed it', 'followers'],
    ]);
    expect(new Set(posts.map((post) => post.id)).size).toBe(4);
    expect(posts[0]?.time).toEqual({ utc: '2024-03-05T22:31:00.000Z', offset: 60, zone: 'declared', day: '2024-03-05' });
  });

  it('of two people is direct; captions of pictures are words', async () => {
    const posts = await postsAt(join(fixtures, 'Chat de WhatsApp con Lea.txt'));
    expect(posts.map(({ text, audience, time }) => [text, audience, time.utc])).toEqual([
      ['buenas noches', 'direct', '2024-03-14T00:05:00.000Z'],
      ['mira', 'direct', '2024-03-14T12:05:00.000Z'],
    ]);
  });

  it('needs the account declared, and keeps nothing without', async () => {
    const items = await itemsAt(whatsapp, join(fixtures, '_chat.txt'));
    expect(tally(items)).toEqual({ 'quarantined no-account': 11 });
    expect(items.every((item) => item.is === 'quarantined' && item.raw.length === 0)).toBe(true);
  });

  it('quarantines what can be read in two ways, but for days that are the same in both', async () => {
    const chat = ['01/02/19', '02/02/19', '03/02/19'].map((date) => `${date}, 10:00 - Quiet One: a: b\n`).join('');
    expect(tally(await itemsAt(whatsapp, await folderWith({ 'a.txt': chat }), me))).toEqual({ record: 1, 'quarantined ambiguous-time': 2 });
  });

  it('tells what it takes for granted of the dates, and that it does not know', async () => {
    const told = async (...dates: string[]) => {
      const { context, drift } = driftingContext({ account: 'Quiet One' });
      const chat = dates.map((date) => `${date}, 10:00 - Quiet One: x\n`).join('');
      await readAll(whatsapp, await folderWith({ 'a.txt': chat }), context);
      return drift.map(({ kind, name }) => `${kind} ${name}`);
    };
    expect(await told('01/02/19', '13/02/19')).toEqual(['assumed dates: day-month, the only order in which they are dates']);
    expect(await told('11/01/19', '12/01/19', '01/02/19')).toEqual(['assumed dates: day-month, the order in which time goes on']);
    expect(await told('01/02/19', '02/02/19')).toEqual([
      'assumed dates: day-month or month-day, undecided; days that differ are quarantined',
    ]);
    expect(await told('01/01/19', '02/02/19')).toEqual([]);
    expect(await told('19/12/31', '20/01/01')).toEqual([]);
  });

  it('takes a name with colons whole where it is the declared one', async () => {
    const folder = await folderWith({ 'a.txt': '13/02/19, 10:00 - Dr. X: Y: hello: there\n13/02/19, 10:01 - Dr. X: other\n' });
    const posts = await postsAt(folder, contextOf({ account: 'Dr. X: Y' }));
    expect(posts.map((post) => post.text)).toEqual(['hello: there']);
  });

  it('gives the same ids from overlapping exports, and from a zip', async () => {
    const text = readFileSync(join(fixtures, '_chat.txt'), 'utf8');
    const folder = await folderWith({
      'WhatsApp Chat - Lea.zip': writeZip([{ name: '_chat.txt', content: text }]),
      'b/_chat.txt': text.slice(0, text.indexOf('[06.03.24')),
    });
    const ids = async (path: string) => (await postsAt(path)).map((post) => post.id);
    const whole = await ids(join(folder, 'WhatsApp Chat - Lea.zip'));
    const part = await ids(join(folder, 'b'));
    expect(part.length).toBeGreaterThan(0);
    expect(whole).toEqual(expect.arrayContaining(part));
  });

  it('gives the same of the declared person, in whatever pieces the bytes come', async () => {
    const [part] = (await whatsapp.parts({ path: join(fixtures, '_chat.txt'), form: 'file' })) as [Part];
    const mine = {
      ...whatsapp,
      parse: (...[p, chunks, context]: Parameters<typeof whatsapp.parse>) =>
        whatsapp.parse(p, chunks, { ...context, account: 'Quiet One' }),
    };
    const bytes = readFileSync(join(fixtures, '_chat.txt'));
    const whole = comparable(await itemsOf(mine, withChunks(part, [bytes])));
    await fc.assert(
      fc.asyncProperty(fc.array(fc.nat(), { maxLength: 20 }), async (cuts) => {
        expect(comparable(await itemsOf(mine, withChunks(part, cutAt(bytes, cuts))))).toBe(whole);
      }),
      { numRuns: 20 },
    );
  });

  it('holds lines that are too short for a stamp, many of them too', async () => {
    const lines = ['', '', '\r', 'a', '', '12345678', '1/1/24', ''].join('\n');
    const folder = await folderWith({
      'chat.txt': `${'\n'.repeat(9)}13/02/19, 10:00 - Quiet One: x\n${lines}\n13/02/19, 10:01 - Lea: y${'\n'.repeat(300_000)}`,
    });
    expect((await postsAt(folder)).map((post) => post.text)).toEqual([`x\n${lines.replace('\r\n', '\n').trimEnd()}`]);
    const [part] = (await whatsapp.parts({ path: join(folder, 'chat.txt'), form: 'file' })) as [Part];
    const bytes = readFileSync(join(folder, 'chat.txt')).subarray(0, 100);
    const whole = comparable(await itemsOf(whatsapp, withChunks(part, [bytes])));
    for (const cut of bytes.keys()) expect(comparable(await itemsOf(whatsapp, withChunks(part, cutAt(bytes, [cut]))))).toBe(whole);
  });

  it('is known among other texts by a line that begins a message', async () => {
    const folder = await folderWith({ 'README.txt': 'On 13/02/19 we met.\n', 'lea.txt': 'x\n13/02/19, 10:00 - Lea: x\n' });
    const parts = await readAll(whatsapp, folder, me);
    expect(parts.map((part) => tally(part.items))).toEqual([
      { 'excluded file-not-used': 1 },
      { 'quarantined not-this-kind': 1, 'excluded other-person': 1 },
    ]);
  });
});
