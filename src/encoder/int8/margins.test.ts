import { describe, expect, it } from 'vitest';
import type { Head } from '../../../schema/model.ts';
import type { HeadScores } from '../../../schema/scores.ts';
import { isNearLimit } from './margins.ts';

const calibration = { kind: 'platt', a: [1], b: [0] } as const;
const near = (head: Partial<Head>, scores: HeadScores, margin: number) =>
  isNearLimit(
    { name: 'it', calibration, grade: 'weak', output: 'it', ...head } as Head,
    { head: 'it', grade: 'weak', scores, decision: null, intervals: {}, evidence: {} },
    margin,
  );

describe('how near a decision is to its limit', () => {
  it.each([
    ['an expected level just under a cut', { type: 'ordinal', cuts: [0.5, 2] }, { severity: 1.9, distribution: [] }, true],
    ['one just above', { type: 'ordinal', cuts: [0.5, 2] }, { severity: 0.6, distribution: [] }, true],
    ['one between cuts', { type: 'ordinal', cuts: [0.5, 2] }, { severity: 1.2, distribution: [] }, false],
    ['a probability at the threshold', { type: 'binary', thresholds: [0.3] }, { it: 0.3 }, true],
    ['one far from it', { type: 'binary', thresholds: [0.3] }, { it: 0.8 }, false],
    ['the second of several labels', { type: 'multilabel', labels: ['a', 'b'], thresholds: [0.2, 0.6] }, { a: 0.9, b: 0.55 }, true],
    ['each label at the other’s threshold', { type: 'multilabel', labels: ['a', 'b'], thresholds: [0.2, 0.6] }, { a: 0.6, b: 0.2 }, false],
  ] as [string, Partial<Head>, HeadScores, boolean][])('%s', (_, head, scores, expected) => {
    expect(near(head, scores, 0.15)).toBe(expected);
    expect(near(head, scores, 0)).toBe(false);
  });
});
