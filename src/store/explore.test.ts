import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { databaseNames } from '../../test/support/store-home.ts';
import { listBatches, listQuarantine, listRunRows } from './explore-batches.ts';
import { missingDays, studyLedger } from './explore-ledger.ts';
import { studyOverview } from './explore-studies.ts';
import type { Store } from './open.ts';
import { emotion, SampleStudy, temporaryStore } from './testing/sample-study.ts';

const none = { received: 0, stored: 0, duplicate: 0, quarantined: 0, excluded: 0, erased: 0 };

describe.each(databaseNames)('%s', (database) => {
  let store: Store;
  let remove: () => Promise<void>;
  let study: SampleStudy;
  let ana: Awaited<ReturnType<SampleStudy['person']>>;

  beforeEach(async () => {
    ({ store, remove } = await temporaryStore(database));
    study = new SampleStudy(store, 'sleep');
    await study.create();
    ana = await study.person('ana');
    await study.post(ana, 'hello', 0, [emotion(0.5, 0.5)]);
    await day('2026-01-01', { received: 3, stored: 1, duplicate: 2 });
    await day('2026-01-05', { received: 4, stored: 2, quarantined: 1, excluded: 1 });
    await day('', { received: 1, quarantined: 1 });
    await store.db
      .updateTable('batch')
      .set({ received: 8, stored: 3, duplicate: 2, quarantined: 2, excluded: 1 })
      .where('id', '=', ana.batch)
      .execute();
    await store.db
      .insertInto('outcome_reason')
      .values([
        { batch: ana.batch, outcome: 'quarantined', reason: 'no-time', units: 2 },
        { batch: ana.batch, outcome: 'excluded', reason: 'repost', units: 1 },
      ])
      .execute();
    for (let i = 0; i < 3; i++) await quarantined(i, i === 2 ? 'not-json' : 'no-time');
  });
  afterEach(() => remove());

  const day = (name: string, counts: Partial<typeof none>) =>
    store.db
      .insertInto('ledger')
      .values({ batch: ana.batch, day: name, ...none, ...counts })
      .execute();

  const quarantined = (unit: number, reason: string) =>
    store.db
      .insertInto('quarantine')
      .values({
        id: `q${unit}`,
        study: 'sleep',
        participant: ana.participant,
        source: ana.source,
        batch: ana.batch,
        reason,
        field: 'time',
        part: 0,
        unit,
        position: unit * 100,
        units: 1,
        day: unit === 0 ? '' : '2026-01-05',
        raw: Buffer.from('sealed'),
      })
      .execute();

  test('the overview counts what there is', async () => {
    await store.db
      .updateTable('source')
      .set({ state: 'failed', last_error: 'zip-broken', last_run_at: '2026-02-01T00:00:00.000Z' })
      .where('id', '=', ana.source)
      .execute();
    const overview = await studyOverview(store, 'sleep');
    expect(overview.counts).toEqual({ participants: 1, sources: 1, records: 1, series: 0, scores: 1 });
    expect(overview.totals).toEqual({ received: 8, stored: 3, duplicate: 2, quarantined: 2, excluded: 1, erased: 0 });
    expect(overview.participants).toEqual([expect.objectContaining({ participant: ana.participant, sources: 1, records: 1, series: 0 })]);
    expect(overview.sources[0]).toMatchObject({
      kind: 'posts',
      state: 'failed',
      everySeconds: 900,
      batches: 1,
      firstDay: '2026-01-01',
      lastDay: '2026-01-05',
      lastError: { code: 'zip-broken' },
    });
    await expect(studyOverview(store, 'none')).rejects.toEqual(expect.objectContaining({ code: 'unknown-study' }));
  });

  test('the ledger has a row a day, and says which days are missing', async () => {
    const ledger = await studyLedger(store, 'sleep', {});
    expect(ledger.totals).toEqual({ received: 8, stored: 3, duplicate: 2, quarantined: 2, excluded: 1, erased: 0 });
    expect(ledger.sources[0]?.days.map((row) => [row.day, row.received, row.batches])).toEqual([
      ['2026-01-01', 3, 1],
      ['2026-01-05', 4, 1],
      [null, 1, 1],
    ]);
    expect(ledger.sources[0]?.missing).toEqual([{ from: '2026-01-02', to: '2026-01-04', days: 3 }]);
    expect((await studyLedger(store, 'sleep', { from: '2026-01-02' })).totals.received).toBe(4);
    expect((await studyLedger(store, 'sleep', { to: '2026-01-02' })).totals.received).toBe(3);
    expect((await studyLedger(store, 'sleep', { source: 'none' })).sources).toEqual([]);
  });

  test('batches say why units were not stored', async () => {
    const page = await listBatches(store, 'sleep', {}, { page: 1, size: 10 });
    expect(page.total).toBe(1);
    expect(page.rows[0]).toMatchObject({
      batch: ana.batch,
      kind: 'posts',
      received: 8,
      quarantinedBy: { 'no-time': 2 },
      excludedBy: { repost: 1 },
    });
    expect((await listBatches(store, 'sleep', { source: 'none' }, { page: 1, size: 10 })).total).toBe(0);
  });

  test('quarantine shows reasons and places, and nothing of what was there', async () => {
    const page = await listQuarantine(store, 'sleep', {}, { page: 1, size: 2 });
    expect(page).toMatchObject({ total: 3, reasons: [{ reason: 'no-time', rows: 2, units: 2 }, { reason: 'not-json' }] });
    expect(page.rows.map((row) => [row.unit, row.position, row.day])).toEqual([
      [0, 0, null],
      [1, 100, '2026-01-05'],
    ]);
    expect(JSON.stringify(page)).not.toContain('sealed');
    expect(await listQuarantine(store, 'sleep', { reason: 'not-json' }, { page: 1, size: 2 })).toMatchObject({ total: 1 });
  });

  test('runs count their inputs by state', async () => {
    const input = { run: study.run, participant: ana.participant, model: study.model, record: null, series: null, input_id: null };
    for (const [ordinal, state] of (['scored', 'scored', 'failed'] as const).entries()) {
      await store.db
        .insertInto('run_input')
        .values({ ...input, ordinal, state, error: null, result: null })
        .execute();
    }
    const { rows } = await listRunRows(store, 'sleep', { page: 1, size: 10 });
    expect(rows[0]).toMatchObject({ run: study.run, number: 1, verify: false, states: { scored: 2, failed: 1 } });
    expect(rows[0]?.models).toEqual([{ name: 'text', id: study.model }]);
  });
});

test('missing days are ranges between neighbours, across the change of the clock', () => {
  expect(missingDays(['2026-03-27', '2026-03-30', '2026-03-31', '2026-12-31', '2027-01-02'])).toEqual([
    { from: '2026-03-28', to: '2026-03-29', days: 2 },
    { from: '2026-04-01', to: '2026-12-30', days: 274 },
    { from: '2027-01-01', to: '2027-01-01', days: 1 },
  ]);
  expect(missingDays([])).toEqual([]);
});
