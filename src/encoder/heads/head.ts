import type { Head } from '../../../schema/heads.ts';
import type { HeadResult, Span } from '../../../schema/scores.ts';

/**
 * Words that carry a decision: spans for a column of the head's logits, each token's share multiplied by `slope`
 * (the calibration's, so that a share counts in the direction of the probability), less that of the column `against`
 * where one is given. Null where a model shares nothing out.
 */
export type EvidenceOf = ((column: number, slope: number, against?: number) => Span[]) | null;

/** Reads one row of a head's logits. Finite logits of the head's width; the same logits always give the same result. */
export type ReadHead<T extends Head['type']> = (
  head: Extract<Head, { type: T }>,
  logits: Float32Array,
  evidenceOf: EvidenceOf,
) => HeadResult;
