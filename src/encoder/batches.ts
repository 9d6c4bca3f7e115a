import type { Head } from '../../schema/model.ts';
import { outputWidth } from './heads/shape.ts';
import type { Floats } from './runtime.ts';

export type Outputs = Record<string, Floats>;

/**
 * Runs batches one after another and hands each row's place in its outputs to `take`. A batch that the engine refuses
 * is tried again row by row, so that one bad row fails alone; those that fail then are handed to `fail`.
 */
export async function runBatches<Batch extends { rows: number[] }>(
  batches: readonly Batch[],
  run: (batch: Batch) => Promise<Outputs>,
  take: (row: number, outputs: Outputs, place: number) => void,
  fail: (row: number) => void,
): Promise<void> {
  for (const batch of batches) {
    const outputs = await attempt(run, batch);
    if (outputs !== null) for (const [place, row] of batch.rows.entries()) take(row, outputs, place);
    else if (batch.rows.length === 1) batch.rows.forEach(fail);
    else
      await runBatches(
        batch.rows.map((row) => ({ ...batch, rows: [row] })),
        run,
        take,
        fail,
      );
  }
}

/** The engine's message can quote its input's values, so it goes no further. */
async function attempt<Batch>(run: (batch: Batch) => Promise<Outputs>, batch: Batch): Promise<Outputs | null> {
  try {
    return await run(batch);
  } catch {
    return null;
  }
}

/** Logits of one row for a head, or null where the graph gave none, too few, or any that is not finite. */
export function logitsOf(head: Head, outputs: Outputs, place: number): Float32Array | null {
  const n = outputWidth(head);
  const logits = outputs[head.output]?.data.subarray(place * n, (place + 1) * n);
  if (logits?.length !== n) return null;
  for (let k = 0; k < n; k++) if (!Number.isFinite(logits[k])) return null;
  return logits;
}
