import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { estimate } from './bootstrap.ts';
import { accuracy, auc, averagePrecision, balancedAccuracy, f1, meanOf, pearson, quadraticKappa, type Weighted } from './statistics.ts';

const ones = (n: number) => new Float64Array(n).fill(1);
const truth = [1, 0, 1, 1, 0, 0];
const scores = [0.9, 0.8, 0.7, 0.4, 0.4, 0.1];
const decided = [1, 1, 1, 0, 0, 0];

describe('measures', () => {
  it.each<[string, Weighted, number]>([
    ['F1', f1(decided, truth), 4 / 6],
    // Of nine pairs 6.5 are ranked right: one tie.
    ['AUC', auc(scores, truth), 6.5 / 9],
    // Precisions 1, 2/3, and 3/5 at the tie.
    ['average precision', averagePrecision(scores, truth), (1 + 2 / 3 + 3 / 5) / 3],
    ['balanced accuracy', balancedAccuracy(decided, truth), 4 / 6],
    ['accuracy', accuracy(decided, truth), 4 / 6],
    // One step apart once; by chance 48 quarters.
    ['quadratic kappa', quadraticKappa([0, 1, 2, 3], [0, 1, 3, 3], 4), 11 / 12],
    ['r', pearson([1, 2, 3], [2, 4, 7]), 5 / Math.sqrt(2 * (38 / 3))],
    ['a mean, without what has no meaning', meanOf([() => 0.5, () => Number.NaN, () => 0.7]), 0.6],
  ])('%s is what can be worked out by hand', (_name, measure, expected) => {
    expect(measure(ones(6))).toBeCloseTo(expected, 12);
  });

  it('have no meaning where nothing is positive', () => {
    expect(f1([0, 1], [0, 0])(ones(2))).toBeNaN();
    expect(auc([0.1, 0.2], [0, 0])(ones(2))).toBeNaN();
  });

  it('count a row of weight two as two rows', () => {
    const rows = fc.array(
      fc.record({ s: fc.integer({ min: 0, max: 5 }), t: fc.integer({ min: 0, max: 1 }), w: fc.integer({ min: 0, max: 3 }) }),
      {
        minLength: 3,
        maxLength: 30,
      },
    );
    fc.assert(
      fc.property(rows, (drawn) => {
        const repeated = drawn.flatMap((row) => Array<typeof row>(row.w).fill(row));
        const each = [auc, averagePrecision, balancedAccuracy, pearson, f1, accuracy] as const;
        for (const measure of each) {
          const weighted = measure(
            drawn.map((row) => row.s),
            drawn.map((row) => row.t),
          )(drawn.map((row) => row.w));
          const plain = measure(
            repeated.map((row) => row.s),
            repeated.map((row) => row.t),
          )(ones(repeated.length));
          if (Number.isFinite(plain)) expect(weighted).toBeCloseTo(plain, 9);
        }
      }),
    );
  });
});

describe('the bootstrap', () => {
  const values = Array.from({ length: 60 }, (_, k) => (k * 37) % 10);
  const mean: Weighted = (weights) => {
    const sum = values.reduce((total, value, k) => total + value * (weights[k] ?? 0), 0);
    return sum / values.reduce((total, _, k) => total + (weights[k] ?? 0), 0);
  };
  const each = values.map((_, k) => k);

  it('gives the same interval each time, around the value', () => {
    const first = estimate(mean, each);
    expect(estimate(mean, each)).toEqual(first);
    const [low, high] = first.interval as [number, number];
    expect(low < first.value && first.value < high).toBe(true);
    // ±1.96 standard errors of the mean of sixty numbers whose deviation is 2.87.
    expect(high - low).toBeCloseTo(1.45, 0);
  });

  it('is wider where rows of one author stand together, and is none for one author', () => {
    const width = (clusters: number[]) => {
      const [low, high] = estimate(mean, clusters).interval as [number, number];
      return high - low;
    };
    const ten = values.map((value) => value);
    expect(width(ten)).toBeGreaterThan(width(each));
    expect(
      estimate(
        mean,
        values.map(() => 0),
      ).interval,
    ).toBeNull();
  });
});
