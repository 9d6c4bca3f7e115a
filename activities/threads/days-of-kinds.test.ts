import { join } from 'node:path';
import { expect, test } from 'vitest';
import { sourceKind } from '../../src/sources/index.ts';
import { contextOf, itemsAt } from '../../src/sources/testing/read-all.ts';
import { openTable } from '../../src/store/signal-tables/codec.ts';
import { forms, type StepForm } from '../../src/store/signal-tables/forms.ts';
import { prepareTable } from '../../src/store/signal-tables/prepare.ts';
import { createStudy } from '../../src/store/studies.ts';
import { storeHome } from '../../test/support/store-home.ts';
import { addPerson, ingest } from '../../test/support/study-data.ts';

const sources = join(import.meta.dirname, '..', '..', 'src', 'sources');

/** What is heard of a kind's fixtures, by signal: its steps and their values. */
async function heard(kind: string, path: string, form: StepForm, zone: string | null = null) {
  const store = await (await storeHome('sqlite')).open();
  await createStudy(store, 'sleep', null);
  const { source, participant } = await addPerson(store, 'sleep', 'anna', kind);
  const items = await itemsAt(sourceKind(kind), join(sources, path), contextOf({ account: null, zone }));
  await ingest(store, source, 'export', items);
  const prepared = await prepareTable(store, 'sleep', participant, form, Number.NEGATIVE_INFINITY);
  const rows = await store.db
    .selectFrom('signal_table')
    .selectAll()
    .where('id', 'in', prepared?.ids ?? [])
    .orderBy('from_ms')
    .execute();
  const key = await store.keys.key(participant);
  const values: Record<string, Record<string, number>> = {};
  const { stepMs, steps } = forms[form];
  for (const row of rows) {
    const startMs = Math.floor(row.from_ms / (stepMs * steps)) * stepMs * steps;
    for (const [signal, column] of Object.entries(openTable(key, form, row))) {
      column.forEach((value, k) => {
        const time = new Date(startMs + k * stepMs).toISOString();
        if (!Number.isNaN(value)) values[signal] = { ...values[signal], [form === 'days' ? time.slice(0, 10) : time.slice(0, 16)]: value };
      });
    }
  }
  return values;
}

const day = (month: string, value: number) => ({ [`2024-${month}`]: value });

test.each([
  [
    'fitbit',
    { SLEEP: { ...day('03-31', 380), ...day('04-02', 410) }, STEPS: { ...day('03-30', 223), ...day('03-31', 198), ...day('04-01', 63) } },
  ],
  ['oura', { SLEEP: day('03-31', 380), STEPS: { ...day('03-30', 9000), ...day('04-03', 5000) } }],
  ['apple-health', { SLEEP: { '2022-10-13': 420 }, STEPS: { '2022-07-01': 640 } }],
  ['aware', { CALLS: day('03-05', 1) }],
  ['beiwe', { CALLS: day('03-05', 1) }],
  ['garmin', { SLEEP: { '2022-01-04': 420, '2026-03-29': 410 }, STEPS: { '2022-01-04': 0, '2026-03-29': 9123 } }],
  ['samsung-health', { SLEEP: day('03-30', 30), STEPS: day('03-30', 2000) }],
  ['health-connect', { SLEEP: { ...day('03-30', 30), ...day('03-31', 60) }, STEPS: { ...day('03-30', 55), ...day('03-31', 92) } }],
  ['polar', { SLEEP: day('03-31', 420), STEPS: day('03-31', 42) }],
  // The stages of its nights stand under names of the language of the download.
  ['withings', { STEPS: day('03-30', 8342) }],
  ['whoop', { SLEEP: { '2026-07-26': 427 } }],
  ['google-fit', { SLEEP: day('05-01', 10), STEPS: day('04-30', 8) }],
  ['radar-base', { CALLS: day('03-05', 1), SCREEN: day('03-05', 1) }],
  ['open-mhealth', { SLEEP: day('03-05', 430), STEPS: day('03-05', 812) }],
])('days that a model hears of %s, from file to table', async (kind, expected) => {
  expect(await heard(kind, `${kind}/fixtures`, 'days', 'Europe/Berlin')).toEqual(expected);
});

test('minutes that a model hears, from file to table', async () => {
  expect(await heard('fitbit', 'fitbit/fixtures', 'minutes', 'Europe/Berlin')).toEqual({
    HR: { '2024-03-30T08:00': 69.25, '2024-03-30T08:01': 66 },
  });
  expect(await heard('aware', 'aware/fixtures', 'minutes', 'Europe/Berlin')).toEqual({ HR: { '2024-03-04T23:49': 72 } });
  // A wristband's recordings have a model of their own.
  expect(await heard('empatica-e4', 'empatica-e4/fixtures', 'minutes')).toEqual({});
});
