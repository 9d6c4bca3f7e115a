import type { ErrorCode, ErrorPlace } from '../../../schema/errors.ts';
import type { Engine } from '../../../schema/model.ts';
import type { EncoderInput, EncoderResult, Timings } from '../encoder.ts';
import type { Model } from '../model.ts';
import type { StreamBlock } from '../stream/block.ts';

/** What a scoring thread is started with: a model that the main thread has checked. */
export interface WorkerData {
  model: Model;
  engine: Engine;
  batch: number;
  /** Memory shared with the thread, one number: 1 once nothing more is to be begun. */
  over: Int32Array;
}

export type ToWorker = Task | { is: 'end' };

export type Task =
  | { is: 'score'; inputs: readonly EncoderInput[] }
  /** Blocks of a recording, in order, and what the model carries before the first. */
  | { is: 'advance'; carried: Float32Array; blocks: readonly StreamBlock[] };

export type FromWorker =
  | { is: 'ready' }
  | { is: 'refused'; code: ErrorCode; place: ErrorPlace }
  | { is: 'failed'; timings: Timings }
  | { is: 'advanced'; carried: Float32Array; results: EncoderResult[]; timings: Timings }
  | { is: 'done'; results: EncoderResult[]; timings: Timings };
