import { describe, expect, test } from 'vitest';
import { databaseNames, storeHome } from '../../test/support/store-home.ts';
import { addPerson, ingest, sample } from '../../test/support/study-data.ts';
import { dailySignal } from './daily-signal.ts';
import { createStudy } from './studies.ts';

const at = (time: string) => Date.parse(`2026-03-01T${time}Z`);
const steps = (from: string, to: string, value: number, device: string) =>
  sample(at(from), value, { signal: 'steps', unit: '1', device, endMs: at(to) });

describe.each(databaseNames)('a signal by day on %s', (database) => {
  async function days(signal: string, ...items: ReturnType<typeof sample>[]) {
    const store = await (await storeHome(database)).open();
    await createStudy(store, 'sleep', null);
    const { participant, source } = await addPerson(store, 'sleep', 'anna', 'apple-health');
    await ingest(store, source, 'one', items);
    const rows = await dailySignal(store, await store.keys.key(participant), participant, signal);
    return rows.map(({ participant: _, signal: __, ...row }) => row);
  }

  test('takes the watch in each hour that it has, the phone in the others, and never adds them up', async () => {
    const rows = await days(
      'steps',
      steps('10:00:00', '10:10:00', 500, 'iPhone'),
      steps('10:00:00', '10:10:00', 520, 'Apple Watch'),
      steps('10:20:00', '10:30:00', 80, 'Apple Watch'),
      steps('11:00:00', '11:10:00', 300, 'iPhone'),
      steps('11:20:00', '11:30:00', 9, 'Some app'),
    );
    expect(rows).toEqual([{ unit: '1', day: '2026-03-01', how: 'sum', value: 900, hours: 2, samples: 3, left_out: 2, devices: 2 }]);
  });

  test('shares a sample out over the hours and days that it lies in', async () => {
    const late = sample(at('23:30:00'), 100, { signal: 'steps', unit: '1', device: 'iPhone', endMs: at('23:30:00') + 3_600_000 });
    const watch = sample(Date.parse('2026-03-02T00:10:00Z'), 7, { signal: 'steps', unit: '1', device: 'Watch' });
    expect((await days('steps', late, watch)).map(({ day, value }) => [day, value])).toEqual([
      ['2026-03-01', 50],
      ['2026-03-02', 7],
    ]);
  });

  test('takes a sum that a source states of the whole day where nothing shorter is there, and never adds it to what others counted', async () => {
    const whole = (date: string, value: number, device: string) =>
      sample(Date.parse(`${date}T00:00:00Z`), value, {
        ...{ signal: 'steps', unit: '1', device, endMs: Date.parse(`${date}T00:00:00Z`) + 86_400_000 },
      });
    const rows = await days(
      'steps',
      whole('2026-03-01', 8000, 'Some app'),
      steps('10:00:00', '10:10:00', 500, 'iPhone'),
      whole('2026-03-02', 8000, 'Some app'),
      whole('2026-03-02', 7000, 'Watch'),
      whole('2026-03-02', 7500, 'Watch'),
    );
    expect(rows).toEqual([
      { unit: '1', day: '2026-03-01', how: 'sum', value: 500, hours: 1, samples: 1, left_out: 1, devices: 1 },
      { unit: '1', day: '2026-03-02', how: 'sum', value: 7500, hours: 24, samples: 1, left_out: 2, devices: 1 },
    ]);
  });

  test('takes of a level the mean of the hours, so that a dense hour is one hour', async () => {
    const beats = [sample(at('10:00:00'), 60), sample(at('10:30:00'), 80), sample(at('12:00:00'), 100)];
    expect(await days('heart_rate', ...beats)).toMatchObject([{ how: 'mean', value: 85, hours: 2, samples: 3, unit: '/min' }]);
  });

  test('of two alike takes the one with more of the day', async () => {
    const rows = await days(
      'steps',
      steps('10:00:00', '10:10:00', 1, 'Watch A'),
      steps('10:00:00', '10:10:00', 2, 'Watch B'),
      steps('11:00:00', '11:10:00', 4, 'Watch B'),
    );
    expect(rows).toMatchObject([{ value: 6, left_out: 1, devices: 1 }]);
  });
});
