import type { ErrorCode } from '../../schema/errors.ts';
import type { Precision } from '../../schema/model.ts';
import type { Fallback, HeadResult } from '../../schema/scores.ts';

/** What an encoder is given: a text, masked and whole. */
export type EncoderInput = { kind: 'text'; text: string };

/** What an encoder says of one input. With an error there are no heads. */
export interface EncoderResult {
  /** Tokens of a text, special tokens included; null for a window or where they were not counted. */
  tokens: number | null;
  /** In the manifest's order; evidence spans in code points of the text given. */
  heads: HeadResult[];
  error: ErrorCode | null;
  /** Of an int8 form: what the numbers were computed in, why not in int8, and the row's counters. */
  low?: { precision: Precision; fallback?: Fallback; counters: { names: readonly string[]; values: Float32Array } };
}

/** Milliseconds spent since the encoder was opened. */
export interface Timings {
  tokenise: number;
  infer: number;
  heads: number;
}

/** A model in the memory of one thread. Results come in the order of the inputs; a bad input never rejects. */
export interface Encoder {
  score(inputs: readonly EncoderInput[]): Promise<EncoderResult[]>;
  readonly timings: Timings;
  release(): Promise<void>;
}

export function failed(error: ErrorCode, tokens: number | null = null): EncoderResult {
  return { tokens, heads: [], error };
}
