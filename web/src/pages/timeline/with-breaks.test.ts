import { expect, test } from 'vitest';
import { withBreaks } from './with-breaks.ts';

const point = (t: number) => ({ t, end: t + 1, min: 0, max: 2, mean: 1 });

test('an empty point lies in each gap, in order of time', () => {
  const broken = withBreaks([point(0), point(1), point(10)], [{ from: 2, to: 10 }]);
  expect(broken.map((one) => [one.t, one.mean])).toEqual([
    [0, 1],
    [1, 1],
    [6, Number.NaN],
    [10, 1],
  ]);
});

test('without gaps nothing is broken', () => {
  expect(withBreaks([point(0), point(5)], []).every((one) => one.mean === 1)).toBe(true);
});
