import { describe, expect, test } from 'vitest';
import type { Event } from '../../schema/records.ts';
import type { HeadResult } from '../../schema/scores.ts';
import type { ExclusionReason, Judged, Parsed } from '../../schema/source.ts';
import { type DatabaseName, databaseNames, filesHolding, storeHome } from '../../test/support/store-home.ts';
import { addPerson, block, ingest, moment, post, sample, scorePosts, someDay } from '../../test/support/study-data.ts';
import { contentHash } from './content-hash.ts';
import { eraseUncovered, forgetUncovered, uncovered } from './erase-uncovered.ts';
import { checkLedger } from './ledger-check.ts';
import { keepModel } from './models.ts';
import type { Store } from './open.ts';
import { openRecord } from './records.ts';
import { finishRun, freezeRun } from './runs.ts';
import { insertScores, scoreRows } from './scores.ts';
import { unseal } from './seal.ts';
import { decodeSamples } from './series-codec.ts';
import { createStudy } from './studies.ts';

const minute = 60_000;

function workout(id: string): Parsed {
  const time = moment(someDay);
  const record: Event = { type: 'event', id, event: 'workout', time, end: null, values: {}, device: null, version: null };
  return { is: 'record', units: 1, end: 0, day: time.day, record };
}

/** What a consent to public posts, workouts and the first ten minutes of heart rate leaves out. */
function refuse(item: Judged): ExclusionReason | null {
  if (item.is === 'block') return 'no-consent-kind';
  if (item.is === 'sample') return item.sample.endMs >= someDay + 10 * minute ? 'after-consent' : null;
  if (item.is !== 'record' || item.record.type !== 'post') return null;
  return item.record.audience === 'public' ? null : 'no-consent-audience';
}

const samples = (from: number, to: number) => Array.from({ length: to - from }, (_, i) => sample(someDay + (from + i) * minute, 60));

/** Anna and bert, the same of both; each with an alert on two posts, of which one is to go. */
async function studyOfTwo(database: DatabaseName) {
  const home = await storeHome(database);
  const store = await home.open();
  await createStudy(store, 'sleep', null);
  const people = [];
  for (const name of ['anna', 'bert']) {
    const person = await addPerson(store, 'sleep', name);
    const broken: Parsed = {
      ...{ is: 'quarantined', units: 1, end: 0, day: null, reason: 'no-text', raw: Buffer.from('{2') },
      of: { type: 'post', recordId: '2' },
    };
    const items = [
      ...[post('1', 'stays'), post('2', 'goes', { audience: 'followers' }), broken, workout('w'), block(0, [1, 2, 3])],
      ...samples(5, 15),
    ];
    const batch = await ingest(store, person.source, `${name}-export`, items, samples(12, 16));
    const other = await ingest(store, person.source, `${name}-second`, [
      post('2', 'goes too', { audience: 'followers', version: '2026-03-01T00:00:00.000Z' }),
    ]);
    people.push({ ...person, batch, other });
  }
  const [anna, bert] = people as [(typeof people)[0], (typeof people)[0]];
  await scorePosts(store, 'sleep', [anna.participant, bert.participant], 'a note');
  return { home, store, anna, bert };
}

async function heartRates(store: Store, participant: string): Promise<number[]> {
  const key = await store.keys.key(participant);
  const rows = await store.db
    .selectFrom('series')
    .selectAll()
    .where('participant', '=', participant)
    .where('form', '=', 'samples')
    .orderBy('start_ms')
    .execute();
  return rows.flatMap((row) => {
    const { start } = decodeSamples(unseal(key, `series|${row.id}`, row.body));
    expect([row.samples, row.start_ms]).toEqual([start.length, start[0]]);
    return [...start].map((ms) => (ms - someDay) / minute);
  });
}

const wearable = { name: 'wearable', id: 'w', thresholds: 't', folder: 'w', input: 'e4' } as const;

/** A score of a second of a recording. */
async function scoreWindow(
  store: Store,
  of: { run: string; participant: string; source: string },
  id: string,
  timeMs: number,
): Promise<void> {
  const place = { id, decisionId: `d${id}`, thresholdsId: 't', study: 'sleep', ...of };
  const window = { record: null, inputId: `i${id}`, model: 'w', day: moment(timeMs).day, timeMs, endMs: timeMs + 1000 };
  const stress: HeadResult = { head: 'stress', grade: 'weak', scores: { stress: 0.5 }, decision: true, intervals: {}, evidence: {} };
  const rows = scoreRows(await store.keys.key(of.participant), { ...place, ...window }, stress, null);
  await keepModel(store, { id: 'w', name: 'wearable', version: '1', thresholds_id: 't', folder: 'w' });
  await store.db.transaction().execute((tx) => insertScores(tx, [rows], store.adapter));
}

const expected = (source: string) => [
  { source, type: 'post', reason: 'no-consent-audience', units: 2 },
  { source, type: 'series', reason: 'after-consent', units: 6 },
  { source, type: 'series', reason: 'no-consent-kind', units: 3 },
];

describe.each(databaseNames)('what consent no longer covers, on %s', (database) => {
  test('is counted without a change', async () => {
    const { store, anna } = await studyOfTwo(database);
    const hash = await contentHash(store, 'sleep');
    expect((await uncovered(store, anna.participant, refuse)).units).toEqual(expected(anna.source));
    expect(await contentHash(store, 'sleep')).toBe(hash);
  });

  test('is erased with its scores and copies; the ledger tells why; the others and what is covered stay', async () => {
    const { home, store, anna, bert } = await studyOfTwo(database);
    const bodies = await store.db
      .selectFrom('record')
      .select('body')
      .where('participant', '=', anna.participant)
      .where('type', '=', 'post')
      .orderBy('time_ms')
      .execute();
    const ofBert = await store.db.selectFrom('record').select('id').where('participant', '=', bert.participant).orderBy('id').execute();
    const result = await eraseUncovered(store, anna.participant, refuse);
    // Of post 2 the newest version alone was scored; the alert rests on post 1 too.
    expect(result).toEqual({ uncovered: expected(anna.source), quarantined: 1, scores: 1, alerts: [], interrupted: false });
    expect(await forgetUncovered(store)).toBe(true);
    expect(await store.db.selectFrom('meta').select('key').where('key', 'like', 'erasing:%').execute()).toEqual([]);

    const key = await store.keys.key(anna.participant);
    const rows = await store.db.selectFrom('record').selectAll().where('participant', '=', anna.participant).execute();
    expect(rows.map((row) => openRecord(key, row).id).sort()).toEqual(['1', 'w']);
    expect(await heartRates(store, anna.participant)).toEqual([5, 6, 7, 8, 9]);
    const batch = await store.db.selectFrom('batch').selectAll().where('id', '=', anna.batch).executeTakeFirstOrThrow();
    expect(batch).toMatchObject({ received: 21, stored: 7, duplicate: 3, quarantined: 0, erased: 11 });
    const reasons = await store.db.selectFrom('outcome_reason').selectAll().where('batch', '=', anna.batch).orderBy('reason').execute();
    expect(reasons.map(({ outcome, reason, units }) => [outcome, reason, units])).toEqual([
      ['erased', 'after-consent', 6],
      ['erased', 'no-consent-audience', 2],
      ['erased', 'no-consent-kind', 3],
    ]);
    expect((await checkLedger(store, 'sleep')).findings).toEqual([]);
    expect(await store.db.selectFrom('record').select('id').where('participant', '=', bert.participant).orderBy('id').execute()).toEqual(
      ofBert,
    );
    expect(await store.db.selectFrom('alert').select('participant').orderBy('participant').execute()).toHaveLength(2);
    const gone = bodies.map((row) => row.body).filter((body) => !rows.some((row) => row.body.equals(body)));
    if (database === 'sqlite')
      expect(
        filesHolding(
          home.folder,
          gone.map((body) => body.subarray(20)),
        ),
      ).toEqual([]);
  });

  test('an alert that rested on nothing else goes with its rating', async () => {
    const { store, anna, bert } = await studyOfTwo(database);
    const [alert] = await store.db.selectFrom('alert').select('id').where('participant', '=', anna.participant).execute();
    const result = await eraseUncovered(store, anna.participant, (item) => (item.is === 'record' ? 'no-consent-kind' : null));
    expect(result).toMatchObject({ scores: 2, alerts: [alert?.id] });
    for (const table of ['alert', 'rating'] as const) {
      const left = await store.db.selectFrom(table).select('participant').execute();
      expect(left).toEqual([{ participant: bert.participant }]);
    }
    expect(
      await store.db
        .selectFrom('alert_event')
        .select('alert')
        .where('alert', '=', alert?.id ?? '')
        .execute(),
    ).toEqual([]);
    const inputs = await store.db.selectFrom('run_input').select('state').orderBy('state').execute();
    expect(inputs.map(({ state }) => state)).toEqual(['erased', 'erased', 'scored', 'scored']);
  });

  test('of a recording of which a block goes all scores go, and what is left is scored anew', async () => {
    const store = await (await storeHome(database)).open();
    await createStudy(store, 'sleep', null);
    const { source, participant } = await addPerson(store, 'sleep', 'anna', 'empatica-e4');
    await ingest(store, source, 'first', [block(0, [1, 2, 3, 4]), block(4, [5, 6, 7, 8])]);
    const run = await freezeRun(store, 'sleep', [wearable], 'native');
    expect(run?.inputs).toBe(1);
    await scoreWindow(store, { run: run?.id ?? '', participant, source }, 's', someDay + 500);
    await finishRun(store, run?.id ?? '', 'done', {}, {});
    const second = (item: Judged) => (item.is === 'block' && item.block.offset === 4 ? 'after-consent' : null);
    expect(await eraseUncovered(store, participant, second)).toMatchObject({ scores: 1, alerts: [] });
    expect(await store.db.selectFrom('decision').select('id').execute()).toEqual([]);
    const inputs = await store.db.selectFrom('run_input').select(['state', 'series', 'participant']).execute();
    expect(inputs).toEqual([{ state: 'erased', series: null, participant: null }]);
    expect((await freezeRun(store, 'sleep', [wearable], 'native'))?.inputs).toBe(1);
    expect((await checkLedger(store, 'sleep')).findings).toEqual([]);
  });

  test('a signal that began half a minute before or after another is of the same recording: its scores before and behind go too', async () => {
    const store = await (await storeHome(database)).open();
    await createStudy(store, 'sleep', null);
    const { source, participant } = await addPerson(store, 'sleep', 'anna', 'empatica-e4');
    const hour = 4 * 3600;
    const long = block(0, Array(2 * hour).fill(1));
    const of = (signal: string, sessionMs: number) => {
      const item = block(0, Array(hour).fill(1));
      if (item.is === 'block') Object.assign(item.block, { signal, sessionMs });
      return item;
    };
    // The other recording begins an hour behind the first.
    await ingest(store, source, 'first', [long, of('bvp', someDay + 30_000), of('temp', someDay + 180 * minute)]);
    const run = await freezeRun(store, 'sleep', [wearable], 'native');
    expect(run?.inputs).toBe(2);
    const times = { before: 0, within: 1, behind: 110, other: 190 };
    for (const [id, at] of Object.entries(times))
      await scoreWindow(store, { run: run?.id ?? '', participant, source }, id, someDay + at * minute);
    await finishRun(store, run?.id ?? '', 'done', {}, {});
    const bvp = (item: Judged) => (item.is === 'block' && item.block.signal === 'bvp' ? 'no-consent-kind' : null);
    expect(await eraseUncovered(store, participant, bvp)).toMatchObject({ scores: 3 });
    expect(await store.db.selectFrom('score').select('id').execute()).toEqual([{ id: 'other' }]);
  });

  test('killed on the way it goes on; called again it finds nothing', async () => {
    const { store, anna } = await studyOfTwo(database);
    let judged = 0;
    const dying = (item: Judged) => {
      if (judged++ === 5) throw new Error('killed');
      return refuse(item);
    };
    await expect(eraseUncovered(store, anna.participant, dying, { size: 1 })).rejects.toThrow('killed');
    const { units: between } = await uncovered(store, anna.participant, refuse);
    expect(between).not.toEqual(expected(anna.source));
    expect(between).not.toEqual([]);
    expect((await checkLedger(store, 'sleep')).findings).toEqual([]);
    await eraseUncovered(store, anna.participant, refuse, { size: 1 });
    expect(await heartRates(store, anna.participant)).toEqual([5, 6, 7, 8, 9]);
    expect((await uncovered(store, anna.participant, refuse)).units).toEqual([]);
    const again = await eraseUncovered(store, anna.participant, refuse);
    expect(again).toEqual({ uncovered: [], quarantined: 0, scores: 0, alerts: [], interrupted: false });
    expect((await checkLedger(store, 'sleep')).findings).toEqual([]);
  });

  test('asked to stop it does so between two slices, says what it did, and goes on when called again', async () => {
    const { store, anna } = await studyOfTwo(database);
    const stop = new AbortController();
    const stopping = (item: Judged) => {
      const reason = refuse(item);
      if (reason !== null) stop.abort();
      return reason;
    };
    const first = await eraseUncovered(store, anna.participant, stopping, { size: 1, signal: stop.signal });
    expect(first).toMatchObject({ interrupted: true, uncovered: [{ type: 'post', reason: 'no-consent-audience', units: 1 }] });
    await expect(uncovered(store, anna.participant, refuse, stop.signal)).rejects.toMatchObject({ code: 'interrupted' });
    expect((await checkLedger(store, 'sleep')).findings).toEqual([]);
    const second = await eraseUncovered(store, anna.participant, refuse);
    expect(second).toMatchObject({ interrupted: false, uncovered: [{ units: 1 }, { units: 6 }, { units: 3 }] });
    expect((await uncovered(store, anna.participant, refuse)).units).toEqual([]);
  });

  test('a later export adds to what is left', async () => {
    const { store, anna } = await studyOfTwo(database);
    const first = (item: Judged) => (item.is === 'sample' && item.sample.endMs < someDay + 15 * minute ? 'before-consent' : null);
    await eraseUncovered(store, anna.participant, first);
    expect(await heartRates(store, anna.participant)).toEqual([15]);
    await ingest(store, anna.source, 'third', samples(15, 18));
    expect(await heartRates(store, anna.participant)).toEqual([15, 16, 17]);
    expect((await checkLedger(store, 'sleep')).findings).toEqual([]);
  });
});
