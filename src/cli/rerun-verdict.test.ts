import { expect, test } from 'vitest';
import { verdictOf } from './verbs/rerun.ts';

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
