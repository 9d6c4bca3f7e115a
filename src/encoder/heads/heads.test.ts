import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Head } from '../../../schema/model.ts';
import { HeadDecision, HeadScores } from '../../../schema/scores.ts';
import { outputWidth } from '../model.ts';
import { heads, readHead } from './index.ts';

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
};
const logitsFor = (head: Head) =>
  fc.array(fc.float({ noNaN: true, noDefaultInfinity: true }), { minLength: outputWidth(head), maxLength: outputWidth(head) });

describe.each(Object.keys(heads) as Head['type'][])('a %s head', (type) => {
  const head: Head = examples[type];

  it('gives probabilities in range and a decision of its schema for any finite logits, the same each time', () => {
    fc.assert(
      fc.property(logitsFor(head), (logits) => {
        const result = readHead(head, Float32Array.from(logits), null);
        expect(HeadScores.safeParse(result.scores).success).toBe(true);
        expect(HeadDecision.safeParse(result.decision).success).toBe(true);
        expect(result.head).toBe(head.name);
        expect(result.grade).toBe(head.grade);
        expect(result.evidence).toEqual({});
        for (const [name, value] of Object.entries(result.scores)) {
          const top = name === 'severity' ? 6 : 1;
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
      const positive = logit > 0 && type !== 'categorical';
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
});
