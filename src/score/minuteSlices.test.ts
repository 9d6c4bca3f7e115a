import { mkdtemp, readFile, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { beforeAll, describe, expect, it } from 'vitest';
import type { StreamInput } from '../../schema/model.ts';
import { WindowScoreRow } from '../../schema/scores.ts';
import type { Slice } from '../encoder/stream/block.ts';
import { minuteSlices } from './minuteSlices.ts';
import { scoreFiles } from './scoreFiles.ts';

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
  for await (const slice of minuteSlices(chunks(text), input)) slices.push(slice);
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
    expect(counts).toEqual({ rows: 13, failed: 0 });
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
