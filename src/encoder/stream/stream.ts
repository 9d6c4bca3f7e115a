import type { StreamInput } from '../../../schema/model.ts';
import type { EncoderResult } from '../encoder.ts';
import { failed } from '../encoder.ts';
import type { Slice, StreamBlock } from './block.ts';
import { beginning, chainOf } from './chain.ts';
import { BlockCutter } from './cutter.ts';

/** One output of a model of streams. */
export interface StreamWindow {
  /** Number of its first block on the recording's grid, from 0. */
  index: number;
  startMs: number;
  endMs: number;
  /** Since when the model carries what it knows: a time after the recording's beginning says that a long gap ended what was known before. */
  sinceMs: number;
  /** Share of the window that was recorded, by signal, 0–1. */
  present: Record<string, number>;
  /** SHA-256, hexadecimal, over everything since `sinceMs` that made the output. */
  chain: string;
  result: EncoderResult;
}

/** Runs blocks one after another, from what is carried to what is carried then; a result for each block. */
export type Advance = (
  carried: Float32Array,
  blocks: readonly StreamBlock[],
) => Promise<{ carried: Float32Array; results: EncoderResult[] }>;

/** What a state begins or ends with: what is carried (length S), and the chain (32 bytes). */
export interface Boundary {
  carried: Float32Array;
  chain: Uint8Array;
}

/** How a pass over a recording is tied to another one. */
export interface Passes {
  /** What a state begins with, by its number in the recording from 0; left out, nothing is known. */
  begin?: (ordinal: number) => Boundary;
  /** Told what each state came to, in order. */
  ended?: (ending: Boundary) => void;
}

/** Blocks that are run before their outputs are given on. */
const blocksAtOnce = 64;

/**
 * A recording on its way through a model that carries a state of fixed size. Fed in slices of any length it gives the same
 * windows, bit for bit, as fed whole: inside it is cut into the same blocks. `stateBytes.ts` saves and opens it.
 *
 * A window is the stretch of `window_s` that ends with a block; the first is given when a state is that old. After
 * `restart_s` without any sample the state ends, and the next sample's block begins another; in between is no window.
 */
export class RecordingStream {
  readonly input: StreamInput;
  readonly cutter: BlockCutter;
  private readonly advance: Advance;
  private readonly passes: Passes;
  carried: Float32Array;
  chain: Uint8Array;
  /** Number of the present state in the recording; -1 before the first sample. */
  ordinal = -1;
  /** First block of the present state. */
  first = 0;
  /** Blocks in a row without a sample. */
  silent = 0;
  /** Samples recorded of each signal in the last blocks of the window, the newest last. */
  recent: number[][] = [];
  /** Whether the state has ended and no sample has come since. */
  idle = true;

  constructor(input: StreamInput, advance: Advance, passes: Passes = {}) {
    this.input = input;
    this.advance = advance;
    this.passes = passes;
    this.cutter = new BlockCutter(input);
    ({ carried: this.carried, chain: this.chain } = fresh(input));
  }

  /**
   * Takes a slice in and gives the windows that it completes.
   * @throws AfferentError `wrong-shape` of the cutter, or the engine's `engine-failed`: the stream is then not to be fed further
   */
  async *feed(slice: Slice): AsyncGenerator<StreamWindow> {
    let waiting: StreamBlock[] = [];
    for (const block of this.cutter.cut(slice)) {
      if (this.idle && block.empty) continue;
      if (this.idle) this.startState(block);
      waiting.push(block);
      this.silent = block.empty ? this.silent + 1 : 0;
      this.idle = this.silent * this.input.block_s >= this.input.restart_s;
      if (waiting.length < blocksAtOnce && !this.idle) continue;
      yield* this.run(waiting);
      waiting = [];
      if (this.idle) this.passes.ended?.(this);
    }
    if (waiting.length > 0) yield* this.run(waiting);
  }

  /** Ends the present state after the recording's last slice. */
  finish(): void {
    if (!this.idle) this.passes.ended?.(this);
    this.idle = true;
  }

  private startState(block: StreamBlock): void {
    this.ordinal += 1;
    this.first = block.index;
    this.silent = 0;
    this.recent = [];
    ({ carried: this.carried, chain: this.chain } = this.passes.begin?.(this.ordinal) ?? fresh(this.input));
  }

  private async *run(blocks: readonly StreamBlock[]): AsyncGenerator<StreamWindow> {
    const { carried, results } = await this.advance(this.carried, blocks);
    this.carried = carried;
    for (const [k, block] of blocks.entries()) {
      this.chain = chainOf(this.chain, block);
      this.remember(block);
      const window = this.windowOf(block, results[k] ?? failed('engine-failed'));
      if (window) yield window;
    }
  }

  private get windowBlocks(): number {
    return Math.ceil(this.input.window_s / this.input.block_s);
  }

  private remember(block: StreamBlock): void {
    this.recent.push(Object.keys(this.input.signals).map((name) => block.signals[name]?.recorded ?? 0));
    if (this.recent.length > this.windowBlocks) this.recent.shift();
  }

  private windowOf(block: StreamBlock, result: EncoderResult): StreamWindow | null {
    if (this.recent.length < this.windowBlocks) return null;
    const { block_s, signals, min_present } = this.input;
    const present: Record<string, number> = {};
    for (const [k, [name, { rate }]] of Object.entries(signals).entries()) {
      const recorded = this.recent.reduce((sum, counts) => sum + (counts[k] ?? 0), 0);
      present[name] = recorded / (this.windowBlocks * block_s * rate);
    }
    const shares = Object.values(present);
    const enough = shares.reduce((sum, share) => sum + share, 0) / shares.length >= min_present;
    return {
      index: block.index - this.windowBlocks + 1,
      startMs: block.endMs - this.windowBlocks * block_s * 1000,
      endMs: block.endMs,
      sinceMs: block.startMs - (block.index - this.first) * block_s * 1000,
      present,
      chain: Buffer.from(this.chain).toString('hex'),
      result: enough ? result : failed('too-little-signal'),
    };
  }
}

/** The beginning of a state that knows nothing. */
function fresh(input: StreamInput): Boundary {
  return { carried: new Float32Array(input.carried), chain: beginning };
}
