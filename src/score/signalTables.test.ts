import { mkdtemp, readFile, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { beforeAll, describe, expect, it } from 'vitest';
import type { StreamInput } from '../../schema/model.ts';
import { WindowScoreRow } from '../../schema/scores.ts';
import type { Slice } from '../encoder/stream/block.ts';
import { scoreFiles } from './scoreFiles.ts';
import { tableSlices } from './signalTable.ts';
import { days, minutes } from './signalTables.ts';

const input: StreamInput = {
  kind: 'e4-stream',
  block_s: 300,
  window_s: 3600,
  restart_s: 259_200,
  present_s: 60,
  carried: 1,
  signals: { ACTIVITY: { rate: 1 / 60, channels: 1 }, HR: { rate: 1 / 60, channels: 1 } },
  min_present: 0.05,
};
const start = Date.UTC(2024, 0, 1, 22);

async function* chunks(text: string, size = 7): AsyncGenerator<Buffer> {
  const bytes = Buffer.from(text);
  for (let at = 0; at < bytes.length; at += size) yield bytes.subarray(at, at + size);
}
async function slicesOf(text: string): Promise<Slice[]> {
  const slices: Slice[] = [];
  for await (const slice of tableSlices(chunks(text), minutes, input)) slices.push(slice);
  return slices;
}
const told = (slices: Slice[]) =>
  slices.map(({ pieces, untilMs }) => [(untilMs - start) / 60_000, ...pieces.map(({ signal, values }) => `${signal} ${values[0]}`)]);

describe('a table of minutes', () => {
  it('is a slice a minute, its values averaged, what is missing left out', async () => {
    const text =
      'time,note,Activity,heart_rate\n2024-01-01T22:00:10Z,x,4,60\n2024-01-01T22:00:40Z,,8,NA\n2024-01-01 22:01,,,\n2024-01-01T22:05Z,,0,71\n';
    expect(told(await slicesOf(text))).toEqual([[1, 'ACTIVITY 6', 'HR 60'], [2], [6, 'ACTIVITY 0', 'HR 71']]);
  });

  it('may hold one signal, times in seconds, other delimiters', async () => {
    expect(told(await slicesOf(`hr;time\n55.5;${start / 1000}\n`))).toEqual([[1, 'HR 55.5']]);
  });

  it('passes over what lies before a minute already begun', async () => {
    const text = 'time,activity\n2024-01-01T22:01Z,1\n2024-01-01T22:00Z,9\n2024-01-01T22:01:30Z,3\n';
    expect(told(await slicesOf(text))).toEqual([[2, 'ACTIVITY 2']]);
  });

  it.each([
    ['not-this-kind', 'time,steps\n2024-01-01,5\n'],
    ['not-this-kind', 'when,activity\n2024-01-01,5\n'],
    ['no-time', 'time,activity\nyesterday,5\n'],
    ['bad-value', 'time,activity\n2024-01-01,many\n'],
  ])('without what it needs is refused: %s', async (code, text) => {
    await expect(slicesOf(text)).rejects.toMatchObject({ code });
  });
});

describe('a table of days', () => {
  const form: StreamInput = {
    ...input,
    block_s: 86_400,
    present_s: 86_400,
    signals: { STEPS: { rate: 1 / 86_400, channels: 1 }, SLEEP: { rate: 1 / 86_400, channels: 1 } },
  };
  async function read(text: string) {
    const slices: Slice[] = [];
    for await (const slice of tableSlices(chunks(text), days, form)) slices.push(slice);
    return slices.map(({ pieces, untilMs }) => [
      new Date(untilMs).toISOString().slice(0, 10),
      ...pieces.map(({ signal, values }) => `${signal} ${values[0]}`),
    ]);
  }

  it('is a slice a local day, of two values the first, what is missing left out', async () => {
    const text =
      'person,date,Steps,sleep,mood\nana,2024-03-30,8000,,4\nana,2024-03-30,9000,420,\nana,2024-03-31,,NA,\nana,2024-04-02,0,390,\n';
    expect(await read(text)).toEqual([['2024-03-31', 'STEPS 8000', 'SLEEP 420'], ['2024-04-01'], ['2024-04-03', 'STEPS 0', 'SLEEP 390']]);
  });

  it('takes values that are told again at several times of the day for one', async () => {
    const text = 'date,time,steps\n2024-03-30,09:00,8000\n2024-03-30,21:00,8000\n2024-03-31,09:00,\n2024-03-31,21:00,7000\n';
    expect(await read(text)).toEqual([
      ['2024-03-31', 'STEPS 8000'],
      ['2024-04-01', 'STEPS 7000'],
    ]);
  });

  it('takes the day as it is written, whatever the zone', async () => {
    const text = 'time;steps\n2024-03-31T23:30:00+05:00;1\n2024-04-01T00:30:00+05:00;2\n';
    expect(await read(text)).toEqual([
      ['2024-04-01', 'STEPS 1'],
      ['2024-04-02', 'STEPS 2'],
    ]);
  });

  it('is of one person, however the name is padded, and may have delimiters at the ends of its rows', async () => {
    expect(await read('person,date,steps\nana,2024-03-30,1,,\n ana ,2024-03-31,2\n')).toEqual([
      ['2024-03-31', 'STEPS 1'],
      ['2024-04-01', 'STEPS 2'],
    ]);
  });

  it.each([
    ['not-this-kind', 'date,activity\n2024-01-01,5\n'],
    ['not-this-kind', 'person,date,steps\nana,2024-01-01,5\nben,2024-01-02,5\n'],
    ['not-this-kind', 'Participant ID,date,steps\nana,2024-01-01,5\nben,2024-01-02,5\n'],
    ['not-this-kind', 'pid,date,steps\n1,2024-01-01,5\n2,2024-01-02,5\n'],
    ['no-time', 'date,steps\nyesterday,5\n'],
    ['out-of-order', 'date,steps\n2024-01-02,5\n2024-01-01,5\n'],
    ['bad-value', 'date,steps\n2024-01-01,many\n'],
    ['several-a-day', 'time,steps\n2024-01-01T00:00,0\n2024-01-01T01:00,0\n2024-01-01T02:00,12\n'],
    ['several-a-day', 'date,hour,steps\n2024-01-01,0,0\n2024-01-01,1,12\n'],
    ['several-a-day', 'date,steps\n2024-01-01,0\n2024-01-01,12\n2024-01-01,0\n2024-01-01,31\n'],
    ['not-csv', 'date,steps,sleep\n2024-01-01,5,000,400\n'],
  ])('of several people, or without what it needs, is refused: %s', async (code, text) => {
    await expect(read(text)).rejects.toMatchObject({ code });
  });
});

describe('score with the model of minutes', () => {
  let folder: string;
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'afferent-minutes-'));
  });

  /** Made-up minutes [from, to), heart rate every other minute. */
  function table(from: number, to: number): string {
    const rows = Array.from({ length: to - from }, (_, k) => {
      const minute = from + k;
      const activity = Math.max(0, Math.round(150 * Math.sin(minute / 40) + 90 * Math.sin(minute)));
      return `${new Date(start + minute * 60_000).toISOString()},${activity},${minute % 2 ? '' : 62 + (minute % 11)}`;
    });
    return `${rows.join('\n')}\n`;
  }
  async function scored(name: string, content: string | Uint8Array, options = {}) {
    const [path, out] = [join(folder, name), join(folder, `${name}.jsonl`)];
    await writeFile(path, content);
    const counts = await scoreFiles({ files: [path], out, model: 'daily', threads: 1, ...options });
    const lines = (await readFile(out, 'utf8')).trimEnd().split('\n');
    return { counts, rows: lines.map((line) => WindowScoreRow.parse(JSON.parse(line))) };
  }

  it('gives a row a block once an hour is there, with what was present', async () => {
    const { counts, rows } = await scored('night.csv', `time,activity,heart_rate\n${table(0, 123)}`);
    expect(counts).toMatchObject({ rows: 13, failed: 0 });
    expect(rows[0]).toMatchObject({ id: 'night#0', start: '2024-01-01T22:00:00.000Z', end: '2024-01-01T23:00:00.000Z' });
    expect(rows.every((row) => row.present.ACTIVITY === 1 && Math.abs((row.present.HR ?? 0) - 0.5) < 0.05)).toBe(true);
    for (const row of rows) {
      expect(Object.keys(row.scores)).toEqual(['wake', 'depressed']);
      expect(row.grades.depressed).toBe('weak');
    }
    expect(new Set(rows.map((row) => row.scores.wake)).size).toBe(13);
  });

  it('gives the same rows when the recording grows, and packed', async () => {
    const head = 'time,activity,heart_rate\n';
    const short = await scored('a.csv', head + table(0, 90));
    const long = await scored('b.csv.gz', gzipSync(head + table(0, 200)));
    const plain = ({ rows }: typeof short) => rows.map(({ id, ...row }) => row);
    expect(plain(long).slice(0, 7)).toEqual(plain(short));
  });

  it('has no score for an hour of nothing, and carries on after it', async () => {
    const { rows } = await scored('gap.csv', `time,activity,heart_rate\n${table(0, 60)}${table(180, 260)}`);
    const without = rows.filter((row) => row.error?.code === 'too-little-signal').map((row) => row.start?.slice(11, 16));
    expect(without).toEqual([
      '23:00',
      '23:05',
      '23:10',
      '23:15',
      '23:20',
      '23:25',
      '23:30',
      '23:35',
      '23:40',
      '23:45',
      '23:50',
      '23:55',
      '00:00',
    ]);
    expect(rows.at(-1)).toMatchObject({ error: null, since: '2024-01-01T22:00:00.000Z' });
  });

  it('tells of a table that it cannot read, in a row, and reads recordings once', async () => {
    const { rows } = await scored('bad.csv', 'id,text\n1,so sad\n');
    expect(rows.map((row) => row.error?.code)).toEqual(['not-this-kind']);
    await expect(scored('twice.csv', `time,activity\n`, { whole: true })).rejects.toMatchObject({ code: 'usage' });
    await expect(scored('posts.jsonl', '{"text":"so sad"}\n')).rejects.toMatchObject({ code: 'not-this-kind' });
  });
});

describe('score with the model of days', () => {
  /** Made-up days [from, to), two of which are missing. */
  function table(from: number, to: number): string {
    const rows = Array.from({ length: to - from }, (_, k) => {
      const day = from + k;
      const date = new Date(Date.UTC(2024, 2, 1 + day)).toISOString().slice(0, 10);
      return day === 9 || day === 10
        ? `${date},,,`
        : `${date},${7000 + Math.round(3000 * Math.sin(day))},${400 + (day % 5) * 12},${day % 4 ? 240 + day : ''}`;
    });
    return `date,steps,sleep,screen\n${rows.join('\n')}\n`;
  }
  async function scored(name: string, content: string, options = {}) {
    const folder = await mkdtemp(join(tmpdir(), 'afferent-days-'));
    const [path, out] = [join(folder, name), join(folder, 'out.jsonl')];
    await writeFile(path, content);
    const counts = await scoreFiles({ files: [path], out, model: 'days', threads: 1, ...options });
    const lines = (await readFile(out, 'utf8')).trimEnd().split('\n');
    return { counts, rows: lines.map((line) => WindowScoreRow.parse(JSON.parse(line))) };
  }

  it('gives a row a day once a week is there, with its grade and what was present', async () => {
    const { counts, rows } = await scored('ana.csv', table(0, 40));
    expect(counts).toMatchObject({ rows: 34, failed: 0 });
    expect(rows[0]).toMatchObject({ id: 'ana#0', start: '2024-03-01T00:00:00.000Z', end: '2024-03-08T00:00:00.000Z' });
    expect(rows[0]?.present).toMatchObject({ STEPS: 1, SLEEP: 1, CALLS: 0, TALK: 0 });
    expect(rows[0]?.present.SCREEN).toBeCloseTo(5 / 7, 12);
    for (const row of rows) {
      expect(row.grades).toEqual({ lonely: 'weak' });
      expect(row.scores.lonely?.lonely).toBeGreaterThan(0);
      expect(row.scores.lonely?.lonely).toBeLessThan(1);
    }
    // Days of nothing say what the month did, and are inputs of their own.
    expect(rows[4]?.scores).toEqual(rows[3]?.scores);
    expect(rows[4]?.input).not.toBe(rows[3]?.input);
    expect(rows[3]?.scores).not.toEqual(rows[2]?.scores);
  });

  it('gives the same rows when the record grows', async () => {
    const [short, long] = [await scored('ana.csv', table(0, 20)), await scored('ana.csv', table(0, 60))];
    expect(long.rows.slice(0, short.rows.length)).toEqual(short.rows);
  });
});
