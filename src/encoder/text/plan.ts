import type { z } from 'zod';
import type { TextInput } from '../../../schema/model.ts';

/** Rows that the graph takes in one run. */
export interface TextBatch {
  /** Numbers of the rows, ascending in length. */
  rows: number[];
  /** Tokens of each padded row. */
  width: number;
  /** Length of a block: the width itself where the text is one block. */
  block: number;
  /** Whether its texts are of one block each. */
  single: boolean;
}

export interface BatchLimits {
  rows: number;
  /** Padded tokens of a batch; one longer row still goes alone. */
  tokens: number;
}

const roundUp = (n: number, multiple: number): number => Math.ceil(n / multiple) * multiple;

/**
 * Batches of rows of like length. Which form a text takes, one block or many, is decided by its own length alone, and
 * the two never share a batch: no neighbour may change the arithmetic of a row.
 * @param lengths tokens of each row; rows that are not to be run are left out by -1.
 */
export function planBatches(lengths: readonly number[], input: z.infer<typeof TextInput>, limits: BatchLimits): TextBatch[] {
  const order = lengths.flatMap((length, row) => (length < 0 ? [] : [{ row, length }]));
  order.sort((a, b) => a.length - b.length || a.row - b.row);
  const batches: TextBatch[] = [];
  for (const { row, length } of order) {
    const single = length <= input.single_block_up_to;
    const width = roundUp(Math.max(1, length), single ? input.multiple : input.block);
    const block = single ? width : input.block;
    const open = batches.at(-1);
    if (open !== undefined && open.single === single && takes(open, width, limits)) {
      open.rows.push(row);
      open.width = width;
      open.block = block;
    } else batches.push({ rows: [row], width, block, single });
  }
  return batches;
}

function takes(batch: TextBatch, width: number, limits: BatchLimits): boolean {
  return batch.rows.length < limits.rows && width * (batch.rows.length + 1) <= limits.tokens;
}
