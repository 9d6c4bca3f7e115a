import { expect, test } from 'vitest';
import { computedAgain, verdictOf } from './verbs/rerun.ts';

const same = { engine: 'native', scores: 8, drifted: 0, flipped: 0, missing: 0, maxDrift: 0, failed: 0 } as const;

test.each([
  ['Every score is identical, bit for bit.', same],
  ['Nothing was compared: no input of the run with a score is left.', { ...same, scores: 0 }],
  ['Between engines last bits differ: at most 1.0e-6, within 0.0001, ', { ...same, engine: 'wasm', drifted: 2, maxDrift: 1e-6 }],
  ['Not the same: the largest difference of any number is 1.0e-6.', { ...same, drifted: 2, maxDrift: 1e-6 }],
  ['Not the same: the largest difference of any number is 0.0e+0.', { ...same, scores: 0, missing: 3 }],
  ['Not the same: 1 input could not be computed again to the end.', { ...same, failed: 1 }],
] as const)('a verification is put into words: %s', (words, summary) => {
  expect(verdictOf(summary).slice(0, words.length)).toBe(words);
});

test('a rerun without a verification names commands that know the study', () => {
  expect(computedAgain({ run: 'r_2', of: 'r_1', states: { scored: 3, failed: 1 } }, 'sleep')).toBe(
    'Run r_2 computed the inputs of run r_1 with today’s models: 3 scored, 1 failed. See the runs with: ./afferent runs sleep, and their scores with: ./afferent scores sleep',
  );
});
