import type { Head } from '../../../schema/heads.ts';
import type { HeadResult } from '../../../schema/scores.ts';
import { binary } from './binary.ts';
import { categorical } from './categorical.ts';
import type { EvidenceOf, ReadHead } from './head.ts';
import { multilabel } from './multilabel.ts';
import { ordinal } from './ordinal.ts';
import { regression } from './regression.ts';

/** Every head type and how its logits are read. */
export const heads: { [T in Head['type']]: ReadHead<T> } = { multilabel, binary, ordinal, categorical, regression };

/** Reads one row of logits by the type of its head. */
export function readHead(head: Head, logits: Float32Array, evidenceOf: EvidenceOf): HeadResult {
  return (heads[head.type] as ReadHead<Head['type']>)(head, logits, evidenceOf);
}
