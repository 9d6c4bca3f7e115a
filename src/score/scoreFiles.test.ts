import { existsSync } from 'node:fs';
import { link, mkdtemp, readFile, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PassThrough, Readable } from 'node:stream';
import { gzipSync } from 'node:zlib';
import { beforeAll, describe, expect, it } from 'vitest';
import { TextScoreRow, WindowScoreRow } from '../../schema/scores.ts';
import { textInputId } from '../encoder/identity.ts';
import { tinyTextModel } from '../encoder/testing/tinyModels.ts';
import { tinyStreamModel } from '../encoder/testing/tinyStreamModel.ts';
import { writeZip } from '../sources/testing/write-zip.ts';
import { type ScoreOptions, scoreFiles } from './scoreFiles.ts';

let model: string;
let folder: string;
beforeAll(async () => {
  model = await tinyTextModel();
  folder = await mkdtemp(join(tmpdir(), 'afferent-score-'));
});

async function file(name: string, content: string | Uint8Array): Promise<string> {
  const path = join(folder, name);
  await writeFile(path, content);
  return path;
}
async function rowsOf(files: string[], options: Partial<ScoreOptions> = {}) {
  const out = join(folder, `out-${files.length}.jsonl`);
  const counts = await scoreFiles({ files, out, model, threads: 1, ...options });
  const lines = (await readFile(out, 'utf8')).trimEnd().split('\n');
  return { counts, rows: lines.filter((line) => line !== '').map((line) => TextScoreRow.parse(JSON.parse(line))) };
}

describe('score', () => {
  it('gives a row for each row in, in order, whatever is wrong with it', async () => {
    const lines = [
      '{"id":"a","text":"so sad"}',
      'not json',
      '{"id":2,"text":"very glad ."}',
      '{"id":"c"}',
      '',
      '{"id":"d","text":7}',
      '{"id":"e","text":""}',
      '{"id":"f","text":"crash"}',
      '{"id":"g","text":"glad"}',
    ];
    const bytes = Buffer.concat([Buffer.from(lines.join('\n')), Buffer.from('\n{"id":"h","text":"\xff"}\n', 'latin1')]);
    const { counts, rows } = await rowsOf([await file('mixed.jsonl', bytes)]);
    expect(rows.map((row) => row.id)).toEqual(['a', null, '2', 'c', 'd', 'e', 'f', 'g', null]);
    expect(rows.map((row) => row.error?.code ?? null)).toEqual([
      null,
      'not-json',
      null,
      'no-text',
      'wrong-shape',
      'text-empty',
      'engine-failed',
      null,
      'bad-encoding',
    ]);
    const reasons = { 'not-json': 1, 'no-text': 1, 'wrong-shape': 1, 'text-empty': 1, 'engine-failed': 1, 'bad-encoding': 1 };
    expect(counts).toEqual({ rows: 9, failed: 6, reasons });
    expect(rows[1]?.error?.details).toEqual({ file: 0, row: 1 });
    expect(rows[0]).toMatchObject({ input: textInputId('so sad'), tokens: 4, decisions: { moods: ['sad'] }, grades: { moods: 'weak' } });
    expect(rows[0]?.model).toMatch(/^tiny@[0-9a-f]{64}$/);
    expect(rows[3]?.scores).toEqual({});
  });

  it('scores a text of 100,000 tokens whole, in a line of more than 4 MB', async () => {
    const long = await tinyTextModel({ maxTokens: 1_000_000 });
    const path = await file('long.jsonl', JSON.stringify({ id: 'long', text: `${'so '.repeat(99_997)}sad`, note: ' '.repeat(5_000_000) }));
    const { rows } = await rowsOf([path], { model: long });
    expect(rows[0]).toMatchObject({ error: null, tokens: 100_000, evidence: { sad: expect.any(Array) } });
    const limited = await tinyTextModel({ maxTokens: 99_999 });
    expect((await rowsOf([path], { model: limited })).rows[0]?.error?.code).toBe('text-too-long');
  });

  it('scores the masked view and gives evidence in the text as given', async () => {
    const { rows } = await rowsOf([await file('masked.jsonl', '{"text":"😀 @somebody_long sad ."}')]);
    expect(rows[0]?.masked).toBe(1);
    expect(rows[0]?.evidence).toEqual({ sad: [[17, 20]] });
  });

  it('reads CSV, gzip, standard input and several files, with fields as named', async () => {
    const csv = await file('rows.csv', 'key;words\n1;"so ""sad"""\n2;glad\n3\n');
    const named = await rowsOf([csv], { idField: 'key', textField: 'words' });
    expect(named.rows.map((row) => [row.id, row.error?.code ?? row.decisions.moods])).toEqual([
      ['1', ['sad']],
      ['2', ['glad']],
      [null, 'not-csv'],
    ]);
    const packed = await file('rows.jsonl.gz', gzipSync('{"id":"z","text":"glad"}\n'));
    const stdin = Readable.from([Buffer.from('{"id":"s",'), Buffer.from('"text":"sad"}\n')]);
    const { rows } = await rowsOf([packed, '-'], { stdin });
    expect(rows.map((row) => [row.id, row.decisions.moods])).toEqual([
      ['z', ['glad']],
      ['s', ['sad']],
    ]);
  });

  it('says where a file breaks off, keeps what came before and goes on with the next', async () => {
    const whole = gzipSync(`${'{"text":"sad"}\n'.repeat(50_000)}`);
    const broken = await file('broken.jsonl.gz', whole.subarray(0, whole.length - 60));
    const { rows } = await rowsOf([broken, await file('next.jsonl', '{"id":"n","text":"glad"}')]);
    expect(rows.at(-2)?.error?.code).toBe('part-unreadable');
    expect(rows.at(-1)?.id).toBe('n');
  });

  it('gives the same rows with other batches and threads, 3,000 rows across the reordering window', async () => {
    const words = ['so', 'sad', 'very', 'glad', 'sadly', '.'];
    const lines = Array.from({ length: 3_000 }, (_, k) =>
      JSON.stringify({ id: `${k}`, text: Array.from({ length: 1 + ((k * 7) % 40) }, (_w, w) => words[(k * w + w) % 6]).join(' ') }),
    );
    const path = await file('many.jsonl', lines.join('\n'));
    const first = await rowsOf([path]);
    expect(first.rows.map((row) => row.id)).toEqual(Array.from({ length: 3_000 }, (_, k) => `${k}`));
    expect(await rowsOf([path], { batch: 3, threads: 2 })).toEqual(first);
  });

  it('never writes over a file that it reads', async () => {
    const path = await file('mine.jsonl', '{"text":"sad"}');
    await symlink(path, join(folder, 'again.jsonl'));
    await file('other.jsonl', '');
    await link(path, join(folder, 'other.jsonl.part'));
    for (const name of ['mine.jsonl', 'again.jsonl', 'other.jsonl'])
      await expect(scoreFiles({ files: [path], out: join(folder, name), model, threads: 1 })).rejects.toMatchObject({ code: 'usage' });
    expect(await readFile(path, 'utf8')).toBe('{"text":"sad"}');
  });

  it('leaves an interrupted run under the partial name', async () => {
    const path = await file('stop.jsonl', '{"text":"sad"}\n'.repeat(9_000));
    const out = join(folder, 'stopped.jsonl');
    const stop = new AbortController();
    const run = scoreFiles({ files: [path], out, model, threads: 1, signal: stop.signal, onProgress: () => stop.abort() });
    const what = 'the rows so far are in the .part file; the next call begins anew';
    await expect(run).rejects.toMatchObject({ code: 'interrupted', place: { what } });
    expect(existsSync(out)).toBe(false);
    const lines = (await readFile(`${out}.part`, 'utf8')).trimEnd().split('\n');
    expect(lines).toHaveLength(2_048);
    expect(() => lines.map((line) => TextScoreRow.parse(JSON.parse(line)))).not.toThrow();
  });

  it('writes to standard output where no file is named', async () => {
    const stdout = new PassThrough();
    const chunks: Buffer[] = [];
    stdout.on('data', (chunk: Buffer) => chunks.push(chunk));
    await scoreFiles({ files: [await file('one.jsonl', '{"text":"sad"}')], model, threads: 1, stdout });
    expect(TextScoreRow.parse(JSON.parse(Buffer.concat(chunks).toString())).error).toBeNull();
  });

  it.each<[string, Partial<ScoreOptions>]>([
    ['bad-path', { files: ['/nowhere/at/all.jsonl'] }],
    ['unknown-model', { model: 'no-such-model' }],
    ['no-int8-form', { precision: 'int8' }],
    ['bad-path', { out: '/nowhere/at/all/out.jsonl' }],
    ['cannot-write', { out: tmpdir(), model: 'no-such-model' }],
    ['cannot-write', { out: '/dev/null', model: 'no-such-model' }],
    ['cannot-write', { out: join(process.execPath, 'out.jsonl'), model: 'no-such-model' }],
  ])('refuses with %s before it begins', async (code, options) => {
    const path = await file('plain.jsonl', '{"text":"sad"}');
    await expect(rowsOf([path], options)).rejects.toMatchObject({ code });
  });
});

describe('score of recordings', () => {
  /** Files of a synthetic E4 export of some seconds. */
  function recording(seconds: number): { name: string; bytes: Buffer }[] {
    const signal = (rate: number, columns: number, value: (k: number) => string) => {
      const line = (cell: string) => Array<string>(columns).fill(cell).join(',');
      const samples = Array.from({ length: seconds * rate }, (_, k) => line(value(k)));
      return Buffer.from(`${[line('1500000000.00'), line(`${rate}.000000`), ...samples].join('\n')}\n`);
    };
    return [
      { name: 'ACC.csv', bytes: signal(32, 3, (k) => `${(k % 9) - 4}`) },
      { name: 'BVP.csv', bytes: signal(64, 1, (k) => (40 * Math.sin((2 * Math.PI * k) / 64)).toFixed(2)) },
      { name: 'EDA.csv', bytes: signal(4, 1, (k) => (0.4 + (k % 7) / 100).toFixed(6)) },
      { name: 'TEMP.csv', bytes: signal(4, 1, () => '34.20') },
    ];
  }
  const zip = (files: { name: string; bytes: Buffer }[]) => writeZip(files.map(({ name, bytes }) => ({ name, content: bytes })));

  let streams: string;
  beforeAll(async () => {
    streams = await tinyStreamModel();
  });

  async function windowsOf(path: string, options: Partial<ScoreOptions> = {}) {
    const out = join(folder, 'windows.jsonl');
    const counts = await scoreFiles({ files: [path], out, model: streams, threads: 1, ...options });
    return {
      counts,
      rows: (await readFile(out, 'utf8'))
        .trimEnd()
        .split('\n')
        .map((line) => WindowScoreRow.parse(JSON.parse(line))),
    };
  }

  it('gives a row for each window of a zip', async () => {
    const { counts, rows } = await windowsOf(await file('rec_one.zip', zip(recording(80))));
    expect(counts).toEqual({ rows: 3, failed: 0, reasons: {} });
    expect(rows.map((row) => row.start)).toEqual(['2017-07-14T02:40:00.000Z', '2017-07-14T02:40:10.000Z', '2017-07-14T02:40:20.000Z']);
    expect(rows[0]).toMatchObject({ id: 'rec_one#0', end: '2017-07-14T02:41:00.000Z', present: { BVP: 1, ACC: 1, EDA: 1, TEMP: 1 } });
    expect(Object.keys(rows[0]?.scores ?? {})).toEqual(['stress', 'state']);
    expect(rows[2]?.since).toBe('2017-07-14T02:40:00.000Z');
    expect(new Set(rows.map((row) => row.input)).size).toBe(3);
  });

  it('reads a finished recording twice where it is told to, under another name', async () => {
    const path = await file('twice.zip', zip(recording(80)));
    const [once, twice] = [await windowsOf(path), await windowsOf(path, { whole: true })];
    expect(twice.rows.map((row) => row.start)).toEqual(once.rows.map((row) => row.start));
    expect(twice.rows[0]?.model).not.toBe(once.rows[0]?.model);
    expect(twice.rows[0]?.input).not.toBe(once.rows[0]?.input);
    expect(twice.rows[0]?.scores).not.toEqual(once.rows[0]?.scores);
    const never = await tinyStreamModel((manifest) => Object.assign(manifest, { whole: undefined }));
    await expect(windowsOf(path, { whole: true, model: never })).rejects.toMatchObject({ code: 'usage' });
  });

  it('says that too little was recorded, and that a zip is cut off', async () => {
    const short = await windowsOf(await file('short.zip', zip(recording(10))));
    expect(short.rows.map((row) => row.error?.code)).toEqual(['too-little-signal']);
    const whole = zip(recording(80));
    const cut = await windowsOf(await file('cut.zip', whole.subarray(0, whole.length / 2)));
    expect(cut.rows).toMatchObject([{ start: null, error: { code: 'zip-broken' } }]);
    expect(cut.counts).toEqual({ rows: 1, failed: 1, reasons: { 'zip-broken': 1 } });
  });

  it('refuses a model for texts', async () => {
    const path = await file('other.zip', zip(recording(10)));
    await expect(scoreFiles({ files: [path], model, threads: 1 })).rejects.toMatchObject({ code: 'not-this-kind' });
  });
});
