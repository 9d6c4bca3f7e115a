import { join } from 'node:path';
import { expect, it } from 'vitest';
import { folderWith } from '../testing/folder.ts';
import { contextOf, driftingContext, itemsAt, readAll, tally } from '../testing/read-all.ts';
import { aware } from './index.ts';

const fixtures = join(import.meta.dirname, 'fixtures');

it('says of each table what became of its rows', async () => {
  const { context, drift } = driftingContext({ account: 'd1' });
  const parts = await readAll(aware, fixtures, context);
  expect(Object.fromEntries(parts.map((part) => [part.name, tally(part.items)]))).toEqual({
    'ambient_noise.csv': { record: 1 },
    // A battery that charges and a phone that goes off say why nothing else is measured.
    'battery.csv': { sample: 2, record: 1 },
    'battery_charges.csv': { sample: 1 },
    'esms.csv': { record: 1, 'excluded empty': 1 },
    'fitbit_heartrate_intraday_raw.csv': { sample: 1 },
    'keyboard.csv': { 'excluded not-collected': 1 },
    'light.csv': { sample: 1, 'excluded empty': 1, 'quarantined bad-value': 1 },
    'phone_calls_raw.csv': { record: 2 },
    'screen.csv': {
      record: 4,
      'excluded other-person': 1,
      'quarantined no-time': 1,
      'quarantined future-time': 1,
      'quarantined not-csv': 1,
    },
    'timesegments.csv': { 'excluded file-not-used': 1 },
  });
  expect(drift).toEqual([{ kind: 'unknown-field', name: 'ambient_noise' }]);
});

it('gives a row that was uploaded twice one id, whatever number the server gave it', async () => {
  const items = await itemsAt(aware, join(fixtures, 'screen.csv'));
  const ids = items.flatMap((item) => (item.is === 'record' ? [item.record.id] : []));
  expect(new Set(ids.slice(1, 4)).size).toBe(1);
  expect(ids[0]).not.toBe(ids[1]);
});

it('reads answers, calls and the local time of a wearable', async () => {
  const records = (await itemsAt(aware, fixtures, contextOf({ zone: 'Europe/Berlin' }))).flatMap((item) =>
    item.is === 'record' ? [item.record] : [],
  );
  expect(records.find((record) => record.type === 'self-report')).toMatchObject({
    instrument: 'evening',
    item: 'Mood: How do you feel, now?',
    value: 4,
    time: { utc: '2024-03-05T08:00:55.000Z', offset: 60, zone: 'declared' },
  });
  expect(records.find((record) => record.type === 'event' && record.event === 'call')).toMatchObject({
    values: { call_type: { value: 'incoming' }, duration: { value: 61, unit: 's' } },
    end: { utc: '2024-03-05T08:01:01.000Z' },
  });
  const samples = (await itemsAt(aware, fixtures, contextOf({ zone: 'Europe/Berlin' }))).flatMap((item) =>
    item.is === 'sample' ? [item.sample] : [],
  );
  expect(samples.find(({ signal }) => signal === 'heart_rate')?.time.utc).toBe('2024-03-04T23:49:00.000Z');
});

it('keeps nothing of notifications, contacts and calendars, and reads the answers of an iPhone', async () => {
  const about = 'timestamp,device_id';
  const folder = await folderWith({
    'applications_notifications.csv': `${about},text\n1709625600000,d1,words of somebody\n`,
    'plugin_contacts_list.csv': `${about},name\n1709625600000,d1,somebody\n`,
    'plugin_ios_esm.csv': `${about},esm_status,esm_user_answer,esm_trigger\n1709625600000,d1,2,4,evening\n`,
  });
  const items = await itemsAt(aware, folder);
  expect(tally(items)).toEqual({ 'excluded not-collected': 2, record: 1 });
  expect(items.at(-1)).toMatchObject({ record: { type: 'self-report', instrument: 'evening', value: 4 } });
});
