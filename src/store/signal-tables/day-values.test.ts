import { describe, expect, test } from 'vitest';
import type { Event } from '../../../schema/records.ts';
import { noOffset, type SampleColumns } from '../series-codec.ts';
import { DayValues } from './day-values.ts';
import { dayMs } from './forms.ts';

const day = Date.parse('2026-03-02') / dayMs;
const at = (text: string) => Date.parse(`2026-${text}:00.000Z`);

/** Samples of a device, each with its beginning, minutes and value. */
function samples(device: string, rows: readonly (readonly [from: string, minutes: number, value: number])[], offset = 0): SampleColumns {
  const column = (of: (row: (typeof rows)[number]) => number) => Float64Array.from(rows, of);
  return {
    ...{ device, zone: 'stated', original: null },
    start: column(([from]) => at(from)),
    end: column(([from, minutes]) => at(from) + minutes * 60_000),
    value: column(([, , value]) => value),
    offset: Int16Array.from(rows, () => offset),
  };
}

function event(kind: Event['event'], from: string, to: string | null, values: Event['values'], device: string | null = 'Watch'): Event {
  const moment = (text: string) => ({
    ...{ utc: new Date(at(text)).toISOString(), offset: 0, zone: 'stated' as const },
    day: `2026-${text.slice(0, 5)}`,
  });
  const time = moment(from);
  return { type: 'event', id: from, event: kind, time, end: to === null ? null : moment(to), values, device, version: null };
}

const word = (value: string) => ({ value, unit: '1' });
const minutes = (value: number, unit = 'min') => ({ value, unit });

function told(signal: string, fill: (values: DayValues) => void, on = day): number | undefined {
  const values = new DayValues();
  fill(values);
  return values.values()[signal]?.get(on);
}

describe('steps of a day', () => {
  test('are those of one device in each hour, one that is worn before a phone, and never of both', () => {
    const steps = told('STEPS', (values) => {
      values.samples(
        's1',
        'steps',
        '1',
        samples('iPhone', [
          ['03-02T10:00', 10, 500],
          ['03-02T12:00', 10, 300],
        ]),
      );
      values.samples('s2', 'steps', '1', samples('Apple Watch', [['03-02T10:00', 10, 520]]));
    });
    expect(steps).toBe(820);
  });

  test('are a sum that a source states where there are none of its hours: the largest of what one device said of the day', () => {
    const steps = told('STEPS', (values) => {
      values.samples('s1', 'steps_daily', '1', samples('Phone', [['03-02T00:00', 1440, 9000]]));
      values.samples(
        's2',
        'steps_daily',
        '1',
        samples('Withings watch', [
          ['03-02T00:00', 1440, 4100],
          ['03-02T00:00', 1440, 6100],
        ]),
      );
      values.samples('s3', 'steps', '1', samples('Phone', [['03-03T10:00', 10, 40]]));
    });
    expect(steps).toBe(6100);
    const oura = told('STEPS', (values) =>
      values.event('s1', event('summary', '03-02T00:00', null, { steps: { value: 7000, unit: '1' } }, 'Oura')),
    );
    expect(oura).toBe(7000);
    const quarter = told('STEPS', (values) =>
      values.event('s1', event('summary', '03-02T10:00', '03-02T10:15', { steps: { value: 70, unit: '1' } })),
    );
    expect(quarter).toBeUndefined();
  });

  test('that a source sums up over a day stand for the day where no hours do, and are not shared out among those of others', () => {
    const whole = samples('app', [['03-02T00:00', 1440, 8000]]);
    const phone = samples('Phone', [
      ['03-02T10:00', 10, 4000],
      ['03-02T15:00', 10, 3500],
    ]);
    const heard = (...all: SampleColumns[]) =>
      told('STEPS', (values) => {
        for (const columns of all) values.samples('s', 'steps', '1', columns);
      });
    expect([heard(whole), heard(whole, phone), heard(phone)]).toEqual([8000, 7500, 7500]);
    // A local day whose source tells it in UTC is the day that most of it lies in.
    expect(heard(samples('app', [['03-01T22:00', 1440, 8000]]))).toBe(8000);
  });

  test('are of the day that the source has there, and of UTC where it tells no zone', () => {
    const late = (offset: number, on: number) =>
      told('STEPS', (values) => values.samples('s', 'steps', '1', samples('Watch', [['03-02T23:30', 10, 50]], offset)), on);
    expect([late(0, day), late(60, day), late(60, day + 1), late(noOffset, day)]).toEqual([50, undefined, 50, 50]);
  });
});

describe('sleep of a day', () => {
  const sleep = (fill: (values: DayValues) => void, on = day) => told('SLEEP', fill, on);

  test('is what its source says was slept of the night that ended on it, in minutes', () => {
    const night = (values: Event['values']) => sleep((all) => all.event('s', event('sleep', '03-01T23:00', '03-02T07:00', values)));
    expect(night({ minutes_asleep: minutes(412) })).toBe(412);
    expect(night({ total_sleep_duration: minutes(24_000, 's') })).toBe(400);
    const stages = { deep_sleep_duration: 60, light_sleep_duration: 240, rem_sleep_duration: 90 };
    expect(night(Object.fromEntries(Object.entries(stages).map(([name, value]) => [name, minutes(value)])))).toBe(390);
    expect(night({ duration: minutes(480) })).toBeUndefined();
    expect(night({ minutes_asleep: minutes(40), is_main_sleep: { value: 0, unit: '1' } })).toBeUndefined();
    for (const type of ['rest', 'late_nap', 'deleted']) expect(night({ minutes_asleep: minutes(40), type: word(type) })).toBeUndefined();
    expect(night({ minutes_asleep: minutes(400), type: word('long_sleep') })).toBe(400);
  });

  test('is the stages of the night where there is no sum, from six in the evening before, none counted twice', () => {
    const stages = (values: DayValues) => {
      values.event('s', event('sleep', '03-01T22:00', '03-01T23:00', { stage: word('asleep_core') }));
      values.event('s', event('sleep', '03-01T22:30', '03-01T23:30', { stage: word('asleep_rem') }));
      values.event('s', event('sleep', '03-01T23:30', '03-02T00:30', { stage: word('awake') }));
      values.event('s', event('sleep', '03-01T22:00', '03-02T07:00', { stage: word('in_bed') }));
      values.event('s', event('sleep', '03-02T00:30', '03-02T01:00', { stage: word('deep') }));
    };
    expect([sleep(stages), sleep(stages, day - 1)]).toEqual([120, undefined]);
  });

  test('is of one device, and of a night that stands twice only one', () => {
    const twice = sleep((values) => {
      values.event('s', event('sleep', '03-01T23:00', '03-02T07:00', { minutes_asleep: minutes(400) }, 'Fitbit'));
      values.event('s', event('sleep', '03-01T23:01', '03-02T07:00', { minutes_asleep: minutes(398) }, 'Fitbit'));
      values.event('t', event('sleep', '03-01T22:00', '03-02T08:00', { minutes_asleep: minutes(500) }, 'phone'));
    });
    expect(twice).toBe(400);
  });
});

describe('the phone on a day', () => {
  test('is unlocked from each unlocking to the next locking or going dark, shared out at midnight; what never ended is left out', () => {
    const screen = (on: number) =>
      told(
        'SCREEN',
        (values) => {
          const row = (time: string, said: string) => values.event('s', event('screen', time, null, { screen_status: word(said) }, 'd1'));
          row('03-01T23:50', 'on');
          row('03-01T23:50', 'unlocked');
          row('03-02T00:20', 'off');
          row('03-02T10:00', 'unlocked');
          row('03-02T10:05', 'locked');
          row('03-02T11:00', 'locked');
          row('03-02T12:00', 'unlocked');
          row('03-02T19:00', 'off');
        },
        on,
      );
    expect([screen(day - 1), screen(day), screen(day + 1)]).toEqual([10, 25, undefined]);
    const beiwe = told('SCREEN', (values) => {
      values.event('s', event('screen', '03-02T10:00', null, { event: word('Unlocked') }, null));
      values.event('s', event('screen', '03-02T10:30', null, { event: word('Locked') }, null));
    });
    expect(beiwe).toBe(30);
  });

  test('has the calls that somebody took or made', () => {
    const calls = told('CALLS', (values) => {
      for (const [time, kind] of [
        ['09:00', 'incoming'],
        ['10:00', 'missed'],
        ['11:00', 'Outgoing Call'],
        ['12:00', 'Missed Call'],
      ] as const)
        values.event('s', event('call', `03-02T${time}`, null, { call_type: word(kind) }, 'd1'));
    });
    expect(calls).toBe(2);
  });

  test('says what a study’s own app adds up, converted to minutes; a unit that is none of time is not heard', () => {
    const own = (signal: string, unit: string, value: number, name: string) =>
      told(name, (values) => values.samples('s', signal, unit, samples('app', [['03-02T00:00', 1440, value]])));
    expect([own('screen', 's', 5400, 'SCREEN'), own('talk', 'h', 2, 'TALK'), own('on_foot', 'min', 33, 'ON_FOOT')]).toEqual([90, 120, 33]);
    expect([own('calls', '1', 4, 'CALLS'), own('screen', '1', 90, 'SCREEN'), own('sleep', 'h', 7, 'SLEEP')]).toEqual([4, undefined, 420]);
  });

  test('is the same to the last bit however a study’s own app’s samples were cut into rows', () => {
    // Two halves of a last place are one together, and none one by one: behind it float32 rounds the other way.
    const [most, half] = [1 + 2 ** -24, 2 ** -53];
    const sum = (...values: number[]) =>
      told('TALK', (all) => {
        for (const value of values) all.samples('s', 'talk', 'min', samples('app', [['03-02T10:00', 60, value]]));
      });
    expect(Math.fround(sum(most, half, half) as number)).toBe(Math.fround(sum(half, half, most) as number));
  });
});
