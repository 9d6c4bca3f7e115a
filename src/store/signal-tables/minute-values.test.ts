import { expect, test } from 'vitest';
import type { SampleColumns } from '../series-codec.ts';
import { MinuteValues } from './minute-values.ts';

const noon = Date.parse('2026-03-02T12:00:00Z');

/** Samples of so many seconds behind noon, each with its length in seconds and value. */
function samples(device: string, rows: readonly (readonly [second: number, seconds: number, value: number])[]): SampleColumns {
  return {
    ...{ device, zone: 'stated', original: null },
    start: Float64Array.from(rows, ([second]) => noon + second * 1000),
    end: Float64Array.from(rows, ([second, seconds]) => noon + (second + seconds) * 1000),
    value: Float64Array.from(rows, ([, , value]) => value),
    offset: new Int16Array(rows.length),
  };
}

function heard(...parts: [source: string, signal: string, columns: SampleColumns][]): Record<string, [minute: number, value: number][]> {
  const values = new MinuteValues();
  for (const [source, signal, columns] of parts) values.samples(source, signal, '/min', columns);
  return Object.fromEntries(
    Object.entries(values.values()).map(([name, steps]) => [
      name,
      [...steps].map(([minute, value]): [number, number] => [minute - noon / 60_000, value]).sort(([a], [b]) => a - b),
    ]),
  );
}

test('a minute has the mean of the samples that begin in it; of one over more than five minutes it is not told which', () => {
  const beats = samples('Watch', [
    [0, 0, 60],
    [30, 0, 70],
    [60, 60, 80],
    [180, 600, 90],
  ]);
  expect(heard(['s', 'heart_rate', beats])).toEqual({
    HR: [
      [0, 65],
      [1, 80],
    ],
  });
});

test('of several devices one counts over the whole day: of those worn the one with most minutes, however dense another is', () => {
  const strap = samples(
    'Polar H10',
    Array.from({ length: 120 }, (_, k) => [k, 0, 150] as const),
  );
  const watch = samples(
    'Apple Watch',
    Array.from({ length: 5 }, (_, k) => [k * 300, 0, 60] as const),
  );
  const phone = samples(
    'phone',
    Array.from({ length: 9 }, (_, k) => [k * 60, 0, 99] as const),
  );
  expect(heard(['s', 'heart_rate', strap], ['t', 'heart_rate', watch], ['u', 'heart_rate', phone]).HR).toEqual([
    [0, 60],
    [5, 60],
    [10, 60],
    [15, 60],
    [20, 60],
  ]);
});

test('steps are no activity counts', () => {
  expect(heard(['s', 'steps', samples('Watch', [[0, 60, 40]])], ['s', 'activity', samples('actigraph', [[0, 60, 123]])])).toEqual({
    ACTIVITY: [[0, 123]],
  });
});

test('how samples were cut into rows changes no last bit', () => {
  const rows = [0.1, 0.2, 0.3, 0.7, 1e8].map((value, k) => [k, 0, value] as const);
  const whole = heard(['s', 'heart_rate', samples('Watch', rows)]);
  const back = [...rows].reverse();
  expect(heard(['s', 'heart_rate', samples('Watch', back.slice(0, 2))], ['s', 'heart_rate', samples('Watch', back.slice(2))])).toEqual(
    whole,
  );
});
