import { describe, expect, it } from 'vitest';
import type { ModelManifest } from '../../schema/model.ts';
import { MASKING_VERSION } from '../consent/mask.ts';
import { canonicalJson, decisionId, modelIdOf, preprocessing, scoreId, textInputId, thresholdsIdOf } from './identity.ts';

const manifest: ModelManifest = {
  name: 'text',
  version: '1.0.0',
  input: { kind: 'text', pad: 0, multiple: 8, block: 64, single_block_up_to: 256, max_tokens: 4096 },
  graph: 'g.onnx',
  precision: 'fp32',
  license: 'Apache-2.0',
  card: 'CARD.md',
  metrics: 'metrics.json',
  files: { 'g.onnx': 'aa', 'tokenizer.json': 'bb' },
  heads: [
    { name: 'stress', type: 'binary', output: 'stress', calibration: { kind: 'platt', a: [1], b: [0] }, thresholds: [0.5], grade: 'weak' },
  ],
};
function changed(change: (copy: ModelManifest) => void): ModelManifest {
  const copy = structuredClone(manifest);
  change(copy);
  return copy;
}

describe('names of scores', () => {
  it('do not depend on the order of keys', () => {
    expect(canonicalJson({ b: 1, a: [true, null, { d: 1, c: 'é' }] })).toBe('{"a":[true,null,{"c":"é","d":1}],"b":1}');
    expect(() => canonicalJson({ a: Number.NaN })).toThrow(RangeError);
    const turned = changed((copy) => {
      copy.files = Object.fromEntries(Object.entries(copy.files).reverse());
    });
    expect(modelIdOf(turned)).toBe(modelIdOf(manifest));
  });

  it.each<[string, (copy: ModelManifest) => void]>([
    ['a file', (copy) => Object.assign(copy.files, { 'g.onnx': 'ac' })],
    ['the input form', (copy) => Object.assign(copy.input, { multiple: 16 })],
    ['the precision', (copy) => Object.assign(copy, { precision: 'int8' })],
    ['calibration', (copy) => Object.assign(copy.heads[0]?.calibration ?? {}, { a: [1.1] })],
  ])('change with %s', (_what, change) => {
    expect(modelIdOf(changed(change))).not.toBe(modelIdOf(manifest));
  });

  it.each<[string, (copy: ModelManifest) => void]>([
    ['a threshold', (copy) => Object.assign(copy.heads[0] ?? {}, { thresholds: [0.4] })],
    ['a grade', (copy) => Object.assign(copy.heads[0] ?? {}, { grade: 'validated' })],
    ['the card', (copy) => Object.assign(copy, { card: 'OTHER.md' })],
  ])('of the numbers stay with %s', (_what, change) => {
    expect(modelIdOf(changed(change))).toBe(modelIdOf(manifest));
  });

  it('are those of the masking that a run used, not of today’s', () => {
    // As it was before names of contacts were masked.
    expect(modelIdOf(manifest, { masking: 1 })).toBe('eaa277a135816843830d3942ff154c964224ae24605d2d0585f42fb4cce151da');
    expect(modelIdOf(manifest, { masking: preprocessing.masking })).toBe(modelIdOf(manifest));
    expect(modelIdOf(manifest, { masking: 1 })).not.toBe(modelIdOf(manifest));
  });

  it('of decisions change with a threshold', () => {
    const other = thresholdsIdOf(changed((copy) => Object.assign(copy.heads[0] ?? {}, { thresholds: [0.4] })));
    const score = scoreId(textInputId('a'), modelIdOf(manifest), 'stress');
    expect(decisionId(score, other)).not.toBe(decisionId(score, thresholdsIdOf(manifest)));
    expect(scoreId('ab', 'c', 'd')).not.toBe(scoreId('a', 'bc', 'd'));
  });

  it('of an input are the SHA-256 of its bytes', () => {
    expect(textInputId('abc')).toBe('ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad');
  });

  it('follow the version of masking', () => {
    expect(preprocessing.masking).toBe(MASKING_VERSION);
  });
});
