import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { EncoderResult } from '../encoder.ts';
import { openModel } from '../model.ts';
import type { SignalPiece } from './block.ts';
import { RecordingStream, type StreamWindow } from './stream.ts';
import { openStreamEncoder } from './streamEncoder.ts';

interface Formula {
  offset: number;
  waves: [amplitude: number, minutes: number, phase: number][];
}
type Name = 'ACTIVITY' | 'HR';
type Stream = { missing: { signal: string; from: number; to: number }[]; wake: number[]; depressed: number[] } & Partial<
  Record<Name, Formula>
>;
interface Golden {
  blocks: number;
  streams: Stream[];
}

const folder = join(import.meta.dirname, '../../../models/daily');
const golden = JSON.parse(await readFile(join(folder, 'golden.json'), 'utf8')) as Golden;
const model = await openModel(folder);
const { input: form, heads } = model.manifest;
if (form.kind !== 'e4-stream') throw new Error('The model daily reads streams.');
const input = { ...form, window_s: form.block_s, min_present: 0 };

/** Pieces of one minute each, from the formulas of the golden file. */
function piecesOf(stream: Stream): SignalPiece[] {
  return (['ACTIVITY', 'HR'] as const).flatMap((signal) => {
    const formula = stream[signal];
    if (formula === undefined) return [];
    return Array.from({ length: golden.blocks * 5 }, (_, i): SignalPiece => {
      let x = formula.offset;
      for (const [amplitude, minutes, phase] of formula.waves) x += amplitude * Math.sin((2 * Math.PI * i) / minutes + phase);
      const gone = stream.missing.some((gap) => gap.signal === signal && gap.from <= i && i < gap.to);
      const value = gone ? Number.NaN : Math.floor(Math.max(x, 0) + 0.5);
      return { signal, startMs: i * 60_000, rate: 1 / 60, channels: 1, values: Float32Array.of(value) };
    });
  });
}

function logit(result: EncoderResult, name: string): number {
  const head = heads.find((each) => each.name === name);
  if (head?.type !== 'binary') throw new Error('The heads of daily are binary.');
  const p = result.heads.find((each) => each.head === name)?.scores[name] as number;
  return (Math.log(p / (1 - p)) - (head.calibration.b[0] ?? 0)) / (head.calibration.a[0] ?? 1);
}

describe.each(golden.streams.map((stream, k) => [k, stream] as const))('golden stream %i of minutes', (_, stream) => {
  it.each(['native', 'wasm'] as const)('gives what the training wrote down, block by block, however it was cut: %s', async (engine) => {
    const encoder = await openStreamEncoder(model, input, engine);
    const read = async (cuts: number[]): Promise<StreamWindow[]> => {
      const recording = new RecordingStream(input, encoder.advance);
      const windows: StreamWindow[] = [];
      for (const [k, end] of cuts.entries()) {
        const from = cuts[k - 1] ?? 0;
        const pieces = piecesOf(stream).filter(({ startMs }) => startMs >= from * 60_000 && startMs < end * 60_000);
        for await (const window of recording.feed({ pieces, untilMs: end * 60_000 })) windows.push(window);
      }
      return windows;
    };
    const minutes = golden.blocks * 5;
    const whole = await read([minutes]);
    expect(whole).toHaveLength(golden.blocks);
    for (const [k, { result }] of whole.entries()) {
      expect(Math.abs(logit(result, 'wake') - (stream.wake[k] ?? Number.NaN))).toBeLessThan(1e-3);
      expect(Math.abs(logit(result, 'depressed') - (stream.depressed[k] ?? Number.NaN))).toBeLessThan(1e-3);
    }
    expect(await read([1, 7, 58, 60, 61, minutes])).toEqual(whole);
    await encoder.release();
  });
});
