import type { ErrorCode, ErrorPlace } from '../../../schema/errors.ts';
import type { Engine } from '../../../schema/model.ts';
import type { EncoderInput, EncoderResult, Timings } from '../encoder.ts';
import type { Model } from '../model.ts';

/** What a scoring thread is started with: a model that the main thread has checked. */
export interface WorkerData {
  model: Model;
  engine: Engine;
  batch: number;
}

export type ToWorker = { inputs: readonly EncoderInput[] };

export type FromWorker =
  | { is: 'ready' }
  | { is: 'refused'; code: ErrorCode; place: ErrorPlace }
  | { is: 'done'; results: EncoderResult[]; timings: Timings };
