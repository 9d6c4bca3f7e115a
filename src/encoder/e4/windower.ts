import type { z } from 'zod';
import { AfferentError } from '../../../schema/errors.ts';
import type { E4Input } from '../../../schema/model.ts';
import type { E4Window, WindowSignal } from './window.ts';

type Input = z.infer<typeof E4Input>;

/** Samples of one signal in a row, channels interleaved. A value that is not finite is a missing sample. */
export interface SignalBlock {
  /** The manifest's name of the signal, such as `BVP`. */
  signal: string;
  /** Time of the first sample, UTC milliseconds. */
  startMs: number;
  rate: number;
  channels: number;
  values: Float32Array;
}

/** A block on the grid of its signal: sample 0 is the one at the recording's start. */
interface Segment {
  first: number;
  end: number;
  values: Float32Array;
}

interface Track {
  rate: number;
  channels: number;
  segments: Segment[];
  /** Grid number after the last sample seen. */
  end: number;
  finished: boolean;
}

const quartersASecond = 4;

/**
 * Cuts a recording into windows on a grid anchored at its start. Blocks of a signal come in the order of time; signals
 * may come in any order among each other. Held are only samples that a window still to come needs, so memory is
 * bounded by how far one signal runs ahead of another. Of two samples for one place the first counts.
 *
 * Windows begin every `hop_s` until one reaches the recording's end; what the last ones lack counts as missing, and a
 * recording shorter than a window gives one.
 */
export class Windower {
  private readonly input: Input;
  private readonly anchorMs: number;
  private readonly tracks: Map<string, Track>;
  private next = 0;

  constructor(input: Input, anchorMs: number) {
    this.input = input;
    this.anchorMs = anchorMs;
    this.tracks = new Map(
      Object.entries(input.signals).map(([name, spec]) => [name, { ...spec, segments: [], end: 0, finished: false }] as const),
    );
  }

  /**
   * Takes a block in; a signal that the model does not read is passed over.
   * @throws AfferentError `wrong-shape` where rate or channels are not those that the model was made for.
   */
  push(block: SignalBlock): void {
    const track = this.tracks.get(block.signal);
    if (track === undefined) return;
    if (block.rate !== track.rate) throw new AfferentError('wrong-shape', { field: 'rate' });
    if (block.channels !== track.channels) throw new AfferentError('wrong-shape', { field: 'channels' });
    const first = Math.round(((block.startMs - this.anchorMs) * track.rate) / 1000);
    const end = first + Math.floor(block.values.length / track.channels);
    track.segments.push({ first, end, values: block.values });
    track.end = Math.max(track.end, end);
  }

  /** No more blocks of this signal will come. */
  finish(signal: string): void {
    const track = this.tracks.get(signal);
    if (track) track.finished = true;
  }

  /** Windows that no later block can change, in order, each given once. */
  *ready(): Generator<E4Window> {
    while (this.exists() && this.complete()) {
      yield this.cut();
      this.next += 1;
      this.drop();
    }
  }

  /** Samples held at present. */
  get held(): number {
    let samples = 0;
    for (const track of this.tracks.values()) for (const segment of track.segments) samples += segment.end - segment.first;
    return samples;
  }

  private get startS(): number {
    return this.next * this.input.hop_s;
  }

  /** Whether the windows before this one leave samples uncovered. */
  private exists(): boolean {
    const seconds = Math.max(...[...this.tracks.values()].map((track) => track.end / track.rate));
    return this.next === 0 ? seconds > 0 : seconds > this.startS - this.input.hop_s + this.input.window_s;
  }

  private complete(): boolean {
    const endS = this.startS + this.input.window_s;
    return [...this.tracks.values()].every((track) => track.finished || track.end >= endS * track.rate);
  }

  private cut(): E4Window {
    const signals: Record<string, WindowSignal> = {};
    const present: Record<string, number> = {};
    for (const [name, track] of this.tracks) {
      const { signal, share } = this.cutSignal(track);
      signals[name] = signal;
      present[name] = share;
    }
    const startMs = this.anchorMs + this.startS * 1000;
    return { index: this.next, startMs, endMs: startMs + this.input.window_s * 1000, signals, present };
  }

  private cutSignal(track: Track): { signal: WindowSignal; share: number } {
    const { rate, channels } = track;
    const from = this.startS * rate;
    const samples = this.input.window_s * rate;
    const values = new Float32Array(samples * channels);
    const recorded = new Uint8Array(samples);
    for (const segment of track.segments) {
      const stop = Math.min(segment.end, from + samples);
      for (let grid = Math.max(segment.first, from); grid < stop; grid++) {
        if (recorded[grid - from] === 1) continue;
        const sample = segment.values.subarray((grid - segment.first) * channels, (grid - segment.first + 1) * channels);
        if (!sample.every(Number.isFinite)) continue;
        values.set(sample, (grid - from) * channels);
        recorded[grid - from] = 1;
      }
    }
    const quarters = quarterShares(recorded, this.input.window_s * quartersASecond);
    return { signal: { values, quarters }, share: recorded.reduce((sum, is) => sum + is, 0) / samples };
  }

  /** Forgets what no later window needs. */
  private drop(): void {
    for (const track of this.tracks.values()) {
      const from = this.startS * track.rate;
      track.segments = track.segments.filter((segment) => segment.end > from);
    }
  }
}

/** Share of recorded samples in each of `quarters` equal parts. */
function quarterShares(recorded: Uint8Array, quarters: number): Float32Array {
  const shares = new Float32Array(quarters);
  recorded.forEach((is, sample) => {
    const quarter = Math.floor((sample * quarters) / recorded.length);
    shares[quarter] = (shares[quarter] ?? 0) + is;
  });
  return shares.map((count) => (count * quarters) / recorded.length);
}
