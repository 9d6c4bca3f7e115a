import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { planBatches } from './plan.ts';

const input = { kind: 'text' as const, pad: 0, multiple: 8, block: 64, single_block_up_to: 256, max_tokens: 32_768 };
const limits = { rows: 32, tokens: 4096 };

describe('batches of texts', () => {
  it('hold every row once, within the limits, and never mix the two forms', () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: -1, max: 3_000 }), { maxLength: 200 }), (lengths) => {
        const batches = planBatches(lengths, input, limits);
        const rows = batches.flatMap((batch) => batch.rows).toSorted((a, b) => a - b);
        expect(rows).toEqual(lengths.flatMap((length, row) => (length < 0 ? [] : [row])));
        for (const batch of batches) {
          const longest = Math.max(...batch.rows.map((row) => lengths[row] ?? 0));
          expect(batch.rows.length <= limits.rows).toBe(true);
          expect(batch.rows.length === 1 || batch.rows.length * batch.width <= limits.tokens).toBe(true);
          expect(batch.rows.every((row) => (lengths[row] ?? 0) <= 256 === batch.single)).toBe(true);
          expect(batch.block).toBe(batch.single ? batch.width : 64);
          expect(batch.width % (batch.single ? 8 : 64)).toBe(0);
          expect(batch.width >= longest && batch.width - longest < 64).toBe(true);
        }
      }),
    );
  });

  it('give a text of 256 tokens one block and one of 257 blocks of 64', () => {
    expect(planBatches([256, 257], input, limits).map(({ width, block }) => [width, block])).toEqual([
      [256, 256],
      [320, 64],
    ]);
  });
});
