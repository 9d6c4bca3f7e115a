/** A signal's samples on a window's own grid, channels interleaved; missing samples are 0. */
export interface WindowSignal {
  /** Samples × channels. */
  values: Float32Array;
  /** Share of each quarter second's samples that were recorded, 0–1. */
  quarters: Float32Array;
}

/** One window of a recording, as the graph takes it. */
export interface E4Window {
  /** Number of the window on the recording's grid, from 0. */
  index: number;
  startMs: number;
  endMs: number;
  signals: Record<string, WindowSignal>;
  /** Share of the window that was recorded, by signal, 0–1. */
  present: Record<string, number>;
}
