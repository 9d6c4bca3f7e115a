import { mkdtemp, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { beforeAll, describe, expect, it } from 'vitest';
import { tinyTextModel } from '../../encoder/testing/tinyModels.ts';
import { tinyStreamModel } from '../../encoder/testing/tinyStreamModel.ts';
import { writeZip } from '../../sources/testing/write-zip.ts';
import { evaluate } from './evaluate.ts';
import { stretchesOf } from './labelledWindows.ts';
import { measuresOf } from './measures.ts';
import { normalised, readTrainedOn, shortHash } from './trainedOn.ts';
import { truthOf } from './truth.ts';

let model: string;
let folder: string;
beforeAll(async () => {
  model = await tinyTextModel();
  folder = await mkdtemp(join(tmpdir(), 'afferent-evaluate-'));
});
async function file(name: string, rows: readonly unknown[]): Promise<string> {
  const path = join(folder, name);
  const text = rows.map((row) => JSON.stringify(row)).join('\n');
  await writeFile(path, name.endsWith('.gz') ? gzipSync(text) : text);
  return path;
}
const rows = [
  { text: 'so sad', labels: ['sad'], author: 'a' },
  { text: 'very glad .', labels: ['glad'], author: 'b' },
  { text: 'sadly', labels: ['sad'], author: 'b' },
  { text: 'glad', labels: [], author: 'c' },
];

describe('evaluating a model', () => {
  it('computes its measures on the rows of a file, over authors', async () => {
    const found = await evaluate({
      model,
      file: await file('rows.jsonl.gz', [...rows, { text: 'crash', labels: ['sad'] }, { note: 'no text' }]),
    });
    const failures = { 'engine-failed': 1, 'no-text': 1 };
    expect(found).toMatchObject({ rows: 4, failed: 2, failures, authors: 3, trainedOn: null });
    const [head] = found.heads;
    expect(head).toMatchObject({ head: 'moods', grade: 'weak', rows: 4, authors: 3 });
    // Sad: two of two; glad: one right, one too many.
    expect(head?.measures['macro-F1']?.value).toBeCloseTo((1 + 2 / 3) / 2, 12);
    expect(head?.measures['AUC sad']?.value).toBe(1);
    expect(head?.measures['macro-F1']?.interval).toHaveLength(2);
  });

  it('says why no row could be scored where none could', async () => {
    const body = await file(
      'body.jsonl',
      rows.map(({ text, ...row }) => ({ ...row, body: text })),
    );
    await expect(evaluate({ model, file: body })).rejects.toMatchObject({
      place: { what: expect.stringMatching(/could not be scored: no-text 4; the field of the text is named with --text-field$/) },
    });
  });

  it('ends early when it is asked to', async () => {
    const many = Array.from({ length: 3_000 }, () => rows[0]);
    const stop = new AbortController();
    const run = evaluate({ model, file: await file('long.jsonl', many), signal: stop.signal, onProgress: () => stop.abort() });
    await expect(run).rejects.toMatchObject({ code: 'interrupted' });
    await expect(evaluate({ model, file: await file('short.jsonl', rows), signal: stop.signal })).rejects.toMatchObject({
      code: 'interrupted',
    });
  });

  it('says what the model was trained on', async () => {
    const trained = await tinyTextModel();
    const texts = [shortHash(normalised('SO, sad!')), shortHash('other')].join(' ');
    await writeFile(join(trained, 'trained-on.json'), JSON.stringify({ texts, authors: [shortHash('b')] }));
    const found = await evaluate({ model: trained, file: await file('seen.jsonl', rows) });
    expect(found.trainedOn).toEqual({ rows: 1, authors: ['b'] });
    expect((await readTrainedOn(trained))?.hasText('...')).toBe(false);
  });

  it('takes labels of another name where they are named, and says when it finds none', async () => {
    const path = await file(
      'named.jsonl',
      rows.map(({ labels, ...row }) => ({ ...row, mood: labels.join(';') })),
    );
    await expect(evaluate({ model, file: path })).rejects.toMatchObject({ code: 'usage' });
    await expect(evaluate({ model, file: path, head: 'crisis' })).rejects.toMatchObject({ code: 'usage' });
    expect((await evaluate({ model, file: path, head: 'moods', labelField: 'mood' })).rows).toBe(4);
  });
});

describe('a head of several labels', () => {
  it('is measured by those that are there, each on the rows that tell of it', async () => {
    const some = [
      { text: 'so sad', sad: 1 },
      { text: 'very glad .', sad: 0, glad: 1 },
      { text: 'sadly', sad: 'yes' },
      { text: 'glad', sad: 0 },
      { text: 'so', sad: 4 },
    ];
    const alone = await evaluate({
      model,
      file: await file(
        'alone.jsonl',
        some.map(({ glad, ...row }) => row),
      ),
    });
    expect(alone).toMatchObject({ rows: 4, unknownLabels: 1, heads: [{ head: 'moods', rows: 4 }] });
    expect(Object.keys(alone.heads[0]?.measures ?? {})).toEqual(['macro-F1', 'mean average precision', 'mean AUC', 'AUC sad']);
    expect(alone.heads[0]?.measures['AUC sad']?.value).toBe(1);
    const both = await evaluate({ model, file: await file('both.jsonl', some) });
    expect(both.heads[0]?.measures['AUC sad']).toEqual(alone.heads[0]?.measures['AUC sad']);
    expect(both.heads[0]?.measures['AUC glad']?.value).toBeNaN();
  });

  it('of values too', () => {
    const base = { name: 'affect', output: 'o', grade: 'weak' as const, type: 'regression' as const, labels: ['valence', 'arousal'] };
    const head = {
      ...base,
      calibration: { kind: 'linear' as const, a: [1, 1], b: [0, 0] },
      range: [0, 5] as [number, number],
      half_width: [1, 1],
    };
    const truths = ['1', '', '3'].map((valence) => truthOf(head, { valence })).filter((truth) => truth !== null);
    expect(truths).toEqual([
      [1, Number.NaN],
      [3, Number.NaN],
    ]);
    const results = [1, 2].map((valence) => ({
      head: 'affect',
      grade: 'weak' as const,
      scores: { valence, arousal: 0 },
      intervals: {},
      evidence: {},
      decision: null,
    }));
    const measures = measuresOf(head, results, truths);
    expect(Object.keys(measures)).toEqual(['mean r', 'r valence']);
    expect(measures['r valence']?.(Float64Array.of(1, 1))).toBeCloseTo(1, 12);
  });
});

describe('the truth of a row', () => {
  const base = { output: 'o', grade: 'weak' as const };
  const platt = { kind: 'platt' as const, a: [1], b: [0] };

  it('is read from the fields of public sets', () => {
    const traits = ['extraversion', 'openness'];
    expect(
      truthOf(
        { ...base, name: 'personality', type: 'multilabel', labels: traits, calibration: platt, decides: false },
        { ext: 1, opn: 'n' },
      ),
    ).toEqual([1, 0]);
    expect(truthOf({ ...base, name: 'stress', type: 'binary', calibration: platt, thresholds: [0.5] }, { stress: true })).toEqual([1]);
    const crisis = { ...base, name: 'crisis', type: 'ordinal' as const, levels: 7, calibration: platt, cuts: [], interval: 0.9 };
    expect([truthOf(crisis, { severity: 6 }), truthOf(crisis, { severity: 7 }), truthOf(crisis, {})]).toEqual([[6], null, null]);
    const effect = {
      ...base,
      name: 'outdoor_effect',
      type: 'categorical' as const,
      labels: ['0', '1'],
      calibration: { kind: 'temperature' as const, t: 1 },
    };
    expect([truthOf(effect, { label: '1' }, 'label'), truthOf(effect, { outdoor_effect: 0 })]).toEqual([[1], [0]]);
  });
});

describe('labelled stretches', () => {
  it('are rows with a begin and an end, or seconds that are joined', () => {
    expect(stretchesOf([{ subject: 'S3', condition: 'rest', start_unix: '10.5', end_unix: '20' }])).toEqual([
      { person: 'S3', label: 'rest', startMs: 10_500, endMs: 20_000 },
    ]);
    const second = (unix_s: string, stress: string) => ({ subject: 'S1', unix_s, stress });
    expect(stretchesOf([second('1', '0'), second('2', '0'), second('3', '1'), second('9', '1')])).toMatchObject([
      { label: '0', startMs: 1_000, endMs: 3_000 },
      { label: '1', startMs: 3_000, endMs: 4_000 },
      { label: '1', startMs: 9_000, endMs: 10_000 },
    ]);
  });
});

describe('a labelled table of days', () => {
  const header = 'date,participant,steps,sleep,lonely';
  /** Days of two people under one another, in turns; one of them has labels at its end alone. */
  function table(label = 'lonely', days = 12): string {
    const rows = Array.from({ length: days }, (_, k) => {
      const date = new Date(Date.UTC(2024, 0, 1 + k)).toISOString().slice(0, 10);
      return [`${date},ana,${5000 + 300 * k},400,1`, `${date},ben,${9000 - 200 * k},${k % 3 ? 430 : ''},${k > 9 ? 0 : ''}`];
    });
    return [header.replace('lonely', label), ...rows.flat()].join('\n');
  }
  async function written(text: string): Promise<string> {
    const path = join(folder, 'days.csv');
    await writeFile(path, text);
    return path;
  }

  it('is scored a person at a time, on the days that have a label and a week before them', async () => {
    const found = await evaluate({ model: 'days', file: await written(table()) });
    expect(found).toMatchObject({ rows: 8, failed: 0, authors: 2, trainedOn: null });
    expect(found.heads).toMatchObject([{ head: 'lonely', grade: 'weak', rows: 8, authors: 2 }]);
    expect(Object.keys(found.heads[0]?.measures ?? {})).toEqual(['F1', 'AUC', 'balanced accuracy']);
  });

  it('takes a name with blanks around it for the same person', async () => {
    const padded = table().replaceAll(/-0([2468]),ana,/g, '-0$1, ana ,');
    expect(await evaluate({ model: 'days', file: await written(padded) })).toMatchObject({ rows: 8, failed: 0, authors: 2 });
  });

  it('takes a label of another name, and refuses what is no such table', async () => {
    const path = await written(table('ucla_high'));
    await expect(evaluate({ model: 'days', file: path })).rejects.toMatchObject({ code: 'usage' });
    expect((await evaluate({ model: 'days', file: path, labelField: 'ucla_high' })).rows).toBe(8);
    await expect(evaluate({ model: 'days', file: await file('texts.jsonl', rows) })).rejects.toMatchObject({ code: 'not-this-kind' });
  });

  it('accounts for every labelled row: those of the first week, and those before another of the same day', async () => {
    const counts = { replaced: 0, unheard: 6, failed: 0, aside: 0 };
    const found = await evaluate({ model: 'days', file: await written(table()) });
    expect(found).toMatchObject({ labels: { found: 14, counted: 8, ...counts }, aside: [], unknownLabels: 0 });
    const twice = `${table()}\n2024-01-12,ana,,,0`;
    const again = await evaluate({ model: 'days', file: await written(twice) });
    expect(again.labels).toEqual({ found: 15, counted: 8, ...counts, replaced: 1 });
    const early = await written(table('lonely', 6));
    const none = { code: 'usage', place: { what: '6 rows have a label, and none lies where the model has a score' } };
    await expect(evaluate({ model: 'days', file: early })).rejects.toMatchObject(none);
  });

  it.each([
    ['bad-value', '2024-01-11,ben,many,430,0'],
    ['no-time', 'yesterday,ben,7000,430,0'],
    ['out-of-order', '2024-01-03,ben,7000,430,0'],
    ['several-a-day', '2024-01-11T08:00,ben,7000,430,0\n2024-01-11T09:00,ben,7100,430,0'],
  ])('goes on without who has a row that cannot be read: %s', async (reason, row) => {
    const broken = table().replace(/2024-01-11,ben,.*/, row);
    const found = await evaluate({ model: 'days', file: await written(broken) });
    const [first, more] = reason === 'several-a-day' ? [24, 1] : [23, 0];
    expect(found.aside).toEqual([{ reason, people: 1, rows: 2, labels: 2, firstRow: first }]);
    expect(found).toMatchObject({ rows: 6, authors: 1, labels: { found: 14 + more, counted: 6, aside: 2, unheard: 6 + more } });
  });

  it('sets rows aside that may be anybody’s, and counts labels that it does not know', async () => {
    const more = ['2024-01-13,ana,5,000,400,1', '2024-01-13,,5000,400,1', `2024-01-13,ana,${'9'.repeat(70_000)},400,1`];
    const strange = ['2024-01-13,ana,5000,400,often', '2024-01-14,ana,5000,400,NA'];
    const found = await evaluate({ model: 'days', file: await written([table(), ...more, ...strange].join('\n')) });
    const one = { people: 0, rows: 1, labels: 0 };
    expect(found.aside).toEqual([
      { reason: 'line-too-long', ...one, firstRow: 28 },
      { reason: 'no-id', ...one, firstRow: 27 },
      { reason: 'not-csv', ...one, firstRow: 26 },
    ]);
    expect(found).toMatchObject({ rows: 8, authors: 2, unknownLabels: 1, labels: { found: 14, counted: 8 } });
  });

  it('is refused where all of it is of hours, and says what to do', async () => {
    const hours = Array.from({ length: 24 * 9 }, (_, k) => `${new Date(Date.UTC(2024, 0, 1, k)).toISOString()},${k % 24},${k % 2}`);
    const file = await written(['time,steps,lonely', ...hours].join('\n'));
    await expect(evaluate({ model: 'days', file })).rejects.toMatchObject({ code: 'several-a-day', place: { what: 'row 3' } });
  });
});

describe('a folder of recordings', () => {
  it('goes on without one that cannot be read, and says so', async () => {
    const recordings = await mkdtemp(join(tmpdir(), 'afferent-recordings-'));
    const files = Object.entries({ BVP: 64, EDA: 4, TEMP: 4 }).map(([name, rate]) => {
      const samples = Array.from({ length: rate * 90 }, (_, k) => (1 + Math.sin(k)).toFixed(2));
      return { name: `${name}.csv`, content: Buffer.from(`1700000000.00\n${rate}.000000\n${samples.join('\n')}\n`) };
    });
    const zip = writeZip(files);
    await writeFile(join(recordings, 'S1_E4.zip'), zip.subarray(0, zip.length / 2));
    await writeFile(join(recordings, 'S2_E4.zip'), zip);
    await writeFile(join(recordings, 'S3_E4.zip'), zip);
    const labels = ['S1', 'S2 ', 'S4'].map((person) => `${person},stress,1700000000,1700000090`);
    labels.push('S2,stress,noon,1700000090', 'S2,,1700000000,1700000010');
    await writeFile(join(recordings, 'labels.csv'), ['subject,label,start,end', ...labels].join('\n'));
    const found = await evaluate({ model: await tinyStreamModel(), file: recordings, threads: 1 });
    expect(found.aside).toEqual([{ reason: 'zip-broken', people: 1, rows: 0, labels: 0, firstRow: null }]);
    expect(found).toMatchObject({ authors: 1, labels: null, unknownLabels: null });
    expect(found.unmatched).toEqual({ recordings: 1, people: 1, labelRows: 1 });
    expect(found.rows).toBeGreaterThan(0);
  });

  it.each(['subject,kind,start,end', 'name,label,start,end', 'subject,label,start', 'subject,label,end_unix'])(
    'says which columns labels.csv needs where it has others: %s',
    async (header) => {
      const recordings = await mkdtemp(join(tmpdir(), 'afferent-recordings-'));
      await writeFile(join(recordings, 'labels.csv'), `${header}\nS1,stress,1700000000,1700000090\n`);
      await expect(evaluate({ model: await tinyStreamModel(), file: recordings, threads: 1 })).rejects.toMatchObject({
        code: 'usage',
        place: {
          what: expect.stringMatching(
            /^labels\.csv needs the columns subject or person, label or condition .* start_unix and end_unix, or unix_s/,
          ),
        },
      });
    },
  );
});
