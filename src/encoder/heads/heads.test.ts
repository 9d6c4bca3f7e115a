import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Head } from '../../../schema/model.ts';
import { HeadDecision, HeadScores } from '../../../schema/scores.ts';
import { heads, readHead } from './index.ts';
import { isConsistent, outputWidth } from './shape.ts';

const platt = (n: number) => ({ kind: 'platt' as const, a: Array<number>(n).fill(0.9), b: Array<number>(n).fill(-0.1) });
const examples: { [T in Head['type']]: Extract<Head, { type: T }> } = {
  multilabel: {
    name: 'emotion',
    type: 'multilabel',
    output: 'o',
    labels: ['joy', 'fear', 'anger'],
    calibration: platt(3),
    thresholds: [0.3, 0.5, 0.7],
    grade: 'validated',
  },
  binary: { name: 'stress', type: 'binary', output: 'o', calibration: platt(1), thresholds: [0.4], grade: 'exploratory' },
  ordinal: {
    name: 'crisis',
    type: 'ordinal',
    output: 'o',
    levels: 7,
    calibration: platt(6),
    cuts: [1, 1.5, 2, 2.5, 3, 4],
    interval: 0.9,
    grade: 'exploratory',
  },
  categorical: {
    name: 'state',
    type: 'categorical',
    output: 'o',
    labels: ['rest', 'stress'],
    calibration: { kind: 'temperature', t: 1.3 },
    grade: 'weak',
  },
  regression: {
    name: 'affect',
    type: 'regression',
    output: 'o',
    labels: ['valence', 'arousal'],
    range: [1, 5],
    calibration: { kind: 'linear', a: [0.5, 2], b: [3, 3] },
    half_width: [0.8, 1],
    grade: 'exploratory',
  },
};
const logitsFor = (head: Head) =>
  fc.array(fc.float({ noNaN: true, noDefaultInfinity: true }), { minLength: outputWidth(head), maxLength: outputWidth(head) });

describe.each(Object.keys(heads) as Head['type'][])('a %s head', (type) => {
  const head: Head = examples[type];

  it('has lists that fit one another', () => {
    expect(isConsistent(head)).toBe(true);
  });

  it('gives probabilities in range and a decision of its schema for any finite logits, the same each time', () => {
    fc.assert(
      fc.property(logitsFor(head), (logits) => {
        const result = readHead(head, Float32Array.from(logits), null);
        expect(HeadScores.safeParse(result.scores).success).toBe(true);
        expect(HeadDecision.nullable().safeParse(result.decision).success).toBe(true);
        expect(result.head).toBe(head.name);
        expect(result.grade).toBe(head.grade);
        expect(result.evidence).toEqual({});
        for (const [name, value] of Object.entries(result.scores)) {
          const top = name === 'severity' ? 6 : type === 'regression' ? 5 : 1;
          for (const x of [value].flat()) expect(x >= 0 && x <= top + 1e-12).toBe(true);
        }
        expect(readHead(head, Float32Array.from(logits), null)).toEqual(result);
      }),
      { numRuns: 300 },
    );
  });

  it('asks for evidence of what it decides and of nothing else', () => {
    for (const logit of [-6, 6]) {
      const asked: number[] = [];
      const result = readHead(head, new Float32Array(outputWidth(head)).fill(logit), (column, slope) => {
        asked.push(column);
        expect(slope).toBe(0.9);
        return [[column, column + 1]];
      });
      const positive = logit > 0 && type !== 'categorical' && type !== 'regression';
      expect(asked.length > 0).toBe(positive);
      expect(Object.keys(result.evidence).length > 0).toBe(positive);
    }
  });
});

describe('multilabel', () => {
  it('decides each label at its own threshold, none of them being an answer', () => {
    const at = (p: number) => (Math.log(p / (1 - p)) + 0.1) / 0.9;
    const decide = (...p: number[]) => readHead(examples.multilabel, Float32Array.from(p, at), null).decision;
    expect(decide(0.31, 0.49, 0.71)).toEqual(['joy', 'anger']);
    expect(decide(0.1, 0.1, 0.1)).toEqual([]);
  });
});

describe('ordinal', () => {
  const read = (...logits: number[]) => readHead(examples.ordinal, Float32Array.from(logits), null);

  it('makes crossing probabilities fall, so that no level has a negative share', () => {
    const { scores } = read(2, 3, -1, 0, -4, -3);
    const distribution = scores.distribution as number[];
    expect(distribution.every((p) => p >= 0)).toBe(true);
    expect(distribution.reduce((a, b) => a + b, 0)).toBeCloseTo(1, 12);
    expect(distribution[1]).toBe(0);
    expect(distribution.reduce((sum, p, level) => sum + p * level, 0)).toBeCloseTo(scores.severity as number, 12);
  });

  it('decides by how many cuts the expected level reaches', () => {
    expect(read(-9, -9, -9, -9, -9, -9).decision).toBe(0);
    expect(read(9, 9, -20, -20, -20, -20).decision).toBe(2);
    expect(read(9, 9, 9, 9, 9, 9).decision).toBe(6);
  });

  it('gives an interval that holds the expected level and lies within the scale', () => {
    fc.assert(
      fc.property(logitsFor(examples.ordinal), (logits) => {
        const { scores, intervals } = read(...logits);
        const [low, high] = intervals.severity as [number, number];
        expect(0 <= low && low <= (scores.severity as number) && (scores.severity as number) <= high && high <= 6 + 1e-12).toBe(true);
      }),
    );
  });
});

describe('categorical', () => {
  it('decides the first of equally probable labels', () => {
    expect(readHead(examples.categorical, Float32Array.of(1, 1), null).decision).toBe('rest');
  });

  it('decides a number where it is told to, with evidence of what sets the label apart from the first', () => {
    const effect: Head = { ...examples.categorical, name: 'effect', labels: ['0', '1', '2'], decides: 'index' };
    const asked: unknown[] = [];
    const read = (...logits: number[]) =>
      readHead(effect, Float32Array.from(logits), (...call) => {
        asked.push(call);
        return [[0, 1]];
      });
    expect(read(3, 0, 1)).toMatchObject({ decision: 0, evidence: {} });
    expect(read(0, 1, 3)).toMatchObject({ decision: 2, evidence: { effect: [[0, 1]] } });
    expect(asked).toEqual([[2, 1 / 1.3, 0]]);
  });
});

describe('regression', () => {
  it('holds values and intervals within the scale', () => {
    const result = readHead(examples.regression, Float32Array.of(1, 4), null);
    expect(result.scores).toEqual({ valence: 3.5, arousal: 5 });
    expect(result.intervals).toEqual({ valence: [2.7, 4.3], arousal: [4, 5] });
    expect(result.decision).toBeNull();
  });
});

describe('a head that decides nothing', () => {
  it('has probabilities, and neither decision nor evidence', () => {
    const traits: Head = { ...examples.multilabel, thresholds: undefined, decides: false };
    expect(isConsistent(traits)).toBe(true);
    expect(isConsistent({ ...traits, decides: undefined })).toBe(false);
    const result = readHead(traits, Float32Array.of(9, 9, 9), () => [[0, 1]]);
    expect(result).toMatchObject({ decision: null, evidence: {} });
    expect(result.scores.joy).toBeGreaterThan(0.9);
  });
});

describe('groups', () => {
  it('hold with the probability that at least one member does', () => {
    const grouped: Head = { ...examples.multilabel, groups: { ekman: { joy: ['joy'], unpleasant: ['fear', 'anger'], none: [] } } };
    const { scores, groups } = readHead(grouped, Float32Array.of(1, 0.5, -2), null);
    const [fear, anger] = [scores.fear as number, scores.anger as number];
    expect(groups?.ekman).toEqual({ joy: expect.closeTo(scores.joy as number, 12), unpleasant: 1 - (1 - fear) * (1 - anger), none: 0 });
    expect(isConsistent(grouped)).toBe(true);
    expect(isConsistent({ ...grouped, groups: { ekman: { joy: ['glee'] } } })).toBe(false);
  });
});

describe('the interval of a probability', () => {
  const table = { grid: [-2, 0, 2], low: [[0, 0.3, 0.6]], high: [[0.4, 0.7, 1]] };
  const stress: Head = { ...examples.binary, interval: table };
  const at = (logit: number) => readHead(stress, Float32Array.of(logit), null).intervals.stress;

  it('lies between the grid points on a line, and beyond them stays', () => {
    expect(at(1)).toEqual([expect.closeTo(0.45, 12), expect.closeTo(0.85, 12)]);
    expect(at(0)).toEqual([0.3, 0.7]);
    expect(at(2)).toEqual([0.6, 1]);
    expect(at(-9)).toEqual([0, 0.4]);
  });

  it('holds the probability even where the table does not', () => {
    expect(at(9)?.[0]).toBe(0.6);
    const low: Head = { ...stress, interval: { ...table, high: [[0, 0, 0]] } };
    const { scores, intervals } = readHead(low, Float32Array.of(2), null);
    expect(intervals.stress?.[1]).toBe(scores.stress);
  });

  it('is refused where it does not fit the labels or its grid falls', () => {
    expect(isConsistent(stress)).toBe(true);
    expect(isConsistent({ ...stress, interval: { ...table, low: [] } })).toBe(false);
    expect(isConsistent({ ...stress, interval: { ...table, grid: [2, 0, -2] } })).toBe(false);
  });
});
