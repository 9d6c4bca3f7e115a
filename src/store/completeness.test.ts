import { describe, expect, test } from 'vitest';
import { Consent } from '../../schema/policy.ts';
import { databaseNames, storeHome } from '../../test/support/store-home.ts';
import { addPerson, excluded, ingest, post, quarantined, sample } from '../../test/support/study-data.ts';
import { studyCompleteness } from './completeness.ts';
import { expectedByRate, judgeDays } from './completeness-days.ts';
import { eraseUncovered } from './erase-uncovered.ts';
import { addParticipant } from './participants.ts';
import { changeSourceSettings } from './source-settings.ts';
import { createStudy } from './studies.ts';
import { withdraw } from './withdraw.ts';

const at = (day: string, hour = 12) => Date.parse(`${day}T${String(hour).padStart(2, '0')}:00:00.000Z`);

async function begun(database: (typeof databaseNames)[number]) {
  const store = await (await storeHome(database)).open();
  await createStudy(store, 'sleep', null);
  return { store, ...(await addPerson(store, 'sleep', 'anna', 'fitbit')) };
}

describe.each(databaseNames)('completeness on %s', (database) => {
  test('knows of every day what was expected, what came, and why something is missing', async () => {
    const { store, source } = await begun(database);
    await changeSourceSettings(store, 'sleep', source, { expected: 2 });
    await ingest(store, source, 'one', [
      sample(at('2026-03-01', 8), 60),
      sample(at('2026-03-01', 9), 61),
      sample(at('2026-03-02'), 62),
      quarantined('{', '2026-03-03'),
      excluded('2026-03-04'),
      sample(at('2026-03-06'), 1, { signal: 'off_wrist', unit: '1' }),
      sample(at('2026-03-08'), 60),
      sample(at('2026-03-08'), 60),
      quarantined('['),
    ]);
    await store.db.updateTable('batch').set({ arrived_at: '2026-03-09T00:00:00.000Z' }).execute();
    await addParticipant(store, 'sleep', 'anna', Consent.parse({ from: '2026-02-28T00:00:00+01:00', to: '2026-03-12T00:00:00+01:00' }));
    const { sources } = await studyCompleteness(store, 'sleep', { from: '2026-02-27', to: '2026-03-13' });
    const [only] = sources;
    expect(only?.days.map(({ day, expected, state, cause }) => [day.slice(5), expected, state, cause])).toEqual([
      ['02-27', 2, 'missing', 'not-consented'],
      ['02-28', 2, 'missing', 'unknown'],
      ['03-01', 2, 'whole', null],
      ['03-02', 2, 'partial', 'unknown'],
      ['03-03', 2, 'missing', 'quarantined'],
      ['03-04', 2, 'missing', 'excluded'],
      ['03-05', 2, 'missing', 'unknown'],
      ['03-06', 2, 'missing', 'off-wrist'],
      ['03-07', 2, 'missing', 'unknown'],
      ['03-08', 2, 'whole', null],
      ['03-09', 2, 'missing', 'unknown'],
      ['03-10', 2, 'missing', 'no-export-yet'],
      ['03-11', 2, 'missing', 'no-export-yet'],
      ['03-12', 2, 'missing', 'not-consented'],
      ['03-13', 2, 'missing', 'not-consented'],
    ]);
    expect(only).toMatchObject({
      rule: 'declared',
      expected: 30,
      states: { whole: 2, partial: 1, missing: 12, quiet: 0 },
      totals: { received: 9, stored: 5, duplicate: 1, quarantined: 2, excluded: 1, erased: 0 },
      undated: { received: 1, quarantined: 1 },
    });
    expect(only?.gaps).toContainEqual({ from: '2026-03-10', to: '2026-03-11', days: 2, cause: 'no-export-yet' });
    expect(only?.gaps).toContainEqual({ from: '2026-03-12', to: '2026-03-13', days: 2, cause: 'not-consented' });
  });

  test('counts once what several exports bring, and not what could be read in none of them', async () => {
    const { store, source } = await begun(database);
    await changeSourceSettings(store, 'sleep', source, { expected: 4 });
    const first = [sample(at('2026-03-01', 8), 60), sample(at('2026-03-01', 9), 61), quarantined('{', '2026-03-02')];
    await ingest(store, source, 'one', first);
    await ingest(store, source, 'two', [...first, sample(at('2026-03-01', 10), 62)]);
    const states = async () => {
      const { sources } = await studyCompleteness(store, 'sleep', { from: '2026-03-01', to: '2026-03-02' });
      return sources[0]?.days.map(({ stored, duplicate, state, cause }) => [stored, duplicate, state, cause]);
    };
    expect(await states()).toEqual([
      [3, 2, 'partial', 'unknown'],
      [0, 1, 'missing', 'quarantined'],
    ]);
    await ingest(store, source, 'three', [sample(at('2026-03-01', 11), 62)]);
    expect((await states())?.[0]).toEqual([4, 2, 'whole', null]);
  });

  test('says of days before a narrowed consent that they are not consented, with what was erased counted; later ones keep their causes', async () => {
    const { store, source, participant } = await begun(database);
    const posted = (id: string, day: string) => post(id, 'a', { time: { utc: `${day}T10:00:00.000Z`, offset: 0, zone: 'stated', day } });
    await ingest(store, source, 'one', [
      ...[posted('1', '2026-03-01'), posted('2', '2026-03-02'), posted('3', '2026-03-05'), posted('4', '2026-03-06')],
      ...[posted('5', '2026-03-07'), posted('6', '2026-03-07')],
      sample(at('2026-03-02'), 60),
    ]);
    await ingest(store, source, 'two', [posted('5', '2026-03-07'), posted('6', '2026-03-07')]);
    await changeSourceSettings(store, 'sleep', source, { expected: 2 });
    const from = '2026-03-04T00:00:00Z';
    await addParticipant(store, 'sleep', 'anna', Consent.parse({ from }));
    await eraseUncovered(store, participant, (item) => {
      if (item.is === 'sample') return 'before-consent';
      if (item.is !== 'record') return null;
      // One post of the days that are left was not for everybody.
      if (['4', '6'].includes(item.record.id)) return 'no-consent-audience';
      return item.record.time.utc < from ? 'before-consent' : null;
    });
    const { sources } = await studyCompleteness(store, 'sleep', { to: '2026-03-07' });
    expect(sources[0]?.days.map(({ day, stored, erased, state, cause }) => [day.slice(5), stored, erased, state, cause])).toEqual([
      ['03-01', 0, 1, 'missing', 'not-consented'],
      ['03-02', 0, 2, 'missing', 'not-consented'],
      ['03-03', 0, 0, 'missing', 'not-consented'],
      ['03-04', 0, 0, 'missing', 'unknown'],
      ['03-05', 1, 0, 'partial', 'unknown'],
      ['03-06', 0, 1, 'missing', 'erased'],
      // The second arrival knew both, and one of them is gone since.
      ['03-07', 1, 1, 'partial', 'erased'],
    ]);
    expect(sources[0]).toMatchObject({ from: '2026-03-01', totals: { received: 9, stored: 2, duplicate: 2, erased: 5 } });
  });

  test('calls a day without a post quiet, not missing; and says of whoever withdrew that it is erased', async () => {
    const { store, source } = await begun(database);
    await ingest(store, source, 'one', [
      post('1', 'a', { time: { utc: '2026-03-01T10:00:00.000Z', offset: 0, zone: 'stated', day: '2026-03-01' } }),
      post('2', 'b', { time: { utc: '2026-03-03T10:00:00.000Z', offset: 0, zone: 'stated', day: '2026-03-03' } }),
    ]);
    const filter = { to: '2026-03-03' };
    expect((await studyCompleteness(store, 'sleep', filter)).sources[0]).toMatchObject({
      rule: 'none',
      expected: null,
      from: '2026-03-01',
      states: { whole: 2, partial: 0, missing: 0, quiet: 1 },
      gaps: [],
    });
    // Read on time, it is judged up to the day of the last arrival; an export is over with its own last day.
    await store.db.updateTable('batch').set({ arrived_at: '2026-03-09T00:00:00.000Z' }).execute();
    expect((await studyCompleteness(store, 'sleep', {})).sources[0]?.to).toBe('2026-03-09');
    await store.db.updateTable('source').set({ every_seconds: null }).execute();
    expect((await studyCompleteness(store, 'sleep', {})).sources[0]?.to).toBe('2026-03-03');
    await withdraw(store, 'sleep', 'anna');
    expect((await studyCompleteness(store, 'sleep', filter)).sources[0]).toMatchObject({
      participant: null,
      totals: { erased: 2, stored: 0 },
      states: { whole: 0, partial: 0, missing: 3, quiet: 0 },
      gaps: [{ from: '2026-03-01', to: '2026-03-03', days: 3, cause: 'erased' }],
    });
    await expect(studyCompleteness(store, 'none', {})).rejects.toMatchObject({ code: 'unknown-study' });
  });
});

test('a recording is expected to go on from its first sample to its last', () => {
  const stretch = (day: string, from: string, to: string) => {
    return { stream: 'eda', day, startMs: Date.parse(`${day}T${from}Z`), endMs: Date.parse(`${day}T${to}Z`), rate: 4 };
  };
  const expected = expectedByRate([
    stretch('2026-03-04', '01:00:00', '02:00:00'),
    stretch('2026-03-01', '22:00:00', '23:00:00'),
    { ...stretch('2026-03-01', '10:00:00', '11:00:00'), stream: 'temp', rate: 1 },
  ]);
  expect(Object.fromEntries(expected)).toEqual({
    '2026-03-01': 2 * 3600 * 4 + 3600,
    '2026-03-02': 86_400 * 4,
    '2026-03-03': 86_400 * 4,
    '2026-03-04': 2 * 3600 * 4,
  });
});

test('one record of an impossible day does not make a list of all days since', () => {
  const outcomes = { received: 1, stored: 1, duplicate: 0, quarantined: 0, excluded: 0, erased: 0 };
  const days = new Map(['0001-01-01', '2026-03-01', '2026-03-03'].map((day) => [day, outcomes]));
  const consent = { from: null, to: null };
  const facts = {
    days,
    mostAtOnce: new Map(),
    declared: null,
    byRate: new Map(),
    continuous: false,
    erased: false,
    consent,
    lastArrival: null,
    lapses: [],
    said: new Map(),
    states: new Map(),
  };
  const judged = judgeDays(facts, { from: null, to: null });
  expect(judged.length).toBeLessThan(40_000);
  expect(judged.reduce((sum, day) => sum + day.stored, 0)).toBe(3);
  expect(judgeDays(facts, { from: '0001-01-01', to: '9999-12-31' }).length).toBeLessThan(40_000);
});
