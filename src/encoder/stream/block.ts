import type { StreamInput } from '../../../schema/model.ts';

/** Samples of one signal in a row, channels interleaved. A value that is not finite is a missing sample. */
export interface SignalPiece {
  /** The manifest's name of the signal, such as `BVP`. */
  signal: string;
  /** Time of the first sample, UTC milliseconds. */
  startMs: number;
  rate: number;
  channels: number;
  values: Float32Array;
}

/** Pieces of any length of all signals, side by side: nothing before `untilMs` comes later. */
export interface Slice {
  pieces: readonly SignalPiece[];
  untilMs: number;
}

/** A signal's samples on a block's own grid. */
export interface BlockSignal {
  /** Samples × channels, interleaved; a missing sample is 0. */
  values: Float32Array;
  /** Share of the samples of each part (`present_s`, a quarter second) that were recorded, 0–1. */
  quarters: Float32Array;
  /** Number of samples recorded. */
  recorded: number;
}

/** One block of a recording, as the graph takes it. */
export interface StreamBlock {
  /** Number of the block on the recording's grid, from 0. */
  index: number;
  startMs: number;
  endMs: number;
  signals: Readonly<Record<string, BlockSignal>>;
  /** Whether no sample of any signal was recorded. */
  empty: boolean;
}

/** Number of equal parts of a block whose recorded share the graph is told. */
export function presentParts({ block_s, present_s = 0.25 }: StreamInput): number {
  return Math.round(block_s / present_s);
}
