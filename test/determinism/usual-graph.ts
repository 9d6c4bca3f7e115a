import { writeFile } from 'node:fs/promises';
import { onnxBytes } from '../../src/encoder/testing/onnxBytes.ts';

const VOCABULARY = 997;
const WIDTH = 96;
const LABELS = 5;

/** Numbers that look random and are the same for ever, -1 to 1. */
function numbers(count: number, seed: number): number[] {
  let state = seed;
  return Array.from({ length: count }, () => {
    state = (Math.imul(state ^ (state >>> 15), 2_246_822_519) + 3_266_489_917) >>> 0;
    return state / 2 ** 31 - 1;
  });
}

/**
 * A text classifier as exporters write it: the mean over tokens is a ReduceSum, and the head is a matrix product with one
 * row a text. Neither keeps its bits when the batch or the padding changes. Ids are taken modulo its vocabulary.
 */
export async function writeUsualGraph(path: string): Promise<void> {
  const dims = ['batch', 'tokens'];
  const bytes = onnxBytes({
    nodes: [
      { op: 'Mod', inputs: ['input_ids', 'vocabulary'], outputs: ['ids'] },
      { op: 'Gather', inputs: ['words', 'ids'], outputs: ['x'] },
      { op: 'Cast', inputs: ['attention_mask'], outputs: ['mask'], ints: { to: 1 } },
      { op: 'Unsqueeze', inputs: ['mask', 'last'], outputs: ['wide'] },
      { op: 'Mul', inputs: ['x', 'wide'], outputs: ['real'] },
      { op: 'ReduceSum', inputs: ['real', 'first'], outputs: ['sum'], ints: { keepdims: 0 } },
      { op: 'ReduceSum', inputs: ['wide', 'first'], outputs: ['count'], ints: { keepdims: 0 } },
      { op: 'Div', inputs: ['sum', 'count'], outputs: ['mean'] },
      { op: 'MatMul', inputs: ['mean', 'inner'], outputs: ['inside'] },
      { op: 'Relu', inputs: ['inside'], outputs: ['kept'] },
      { op: 'MatMul', inputs: ['kept', 'head'], outputs: ['logits'] },
    ],
    weights: [
      { name: 'vocabulary', dims: [], values: [VOCABULARY], type: 'int64' },
      { name: 'first', dims: [1], values: [1], type: 'int64' },
      { name: 'last', dims: [1], values: [2], type: 'int64' },
      { name: 'words', dims: [VOCABULARY, WIDTH], values: numbers(VOCABULARY * WIDTH, 1) },
      { name: 'inner', dims: [WIDTH, WIDTH], values: numbers(WIDTH * WIDTH, 2) },
      { name: 'head', dims: [WIDTH, LABELS], values: numbers(WIDTH * LABELS, 3) },
    ],
    inputs: [
      { name: 'input_ids', type: 'int64', dims },
      { name: 'attention_mask', type: 'int64', dims },
    ],
    outputs: [{ name: 'logits', type: 'float', dims: ['batch', LABELS] }],
  });
  await writeFile(path, bytes);
}
