import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { openModel } from '../model.ts';
import type { SignalPiece } from './block.ts';
import { openStream, saveStream } from './stateBytes.ts';
import { RecordingStream, type StreamWindow } from './stream.ts';
import { openStreamEncoder } from './streamEncoder.ts';

interface Formula {
  offset: number;
  waves: [amplitude: number, days: number, phase: number][];
}
type Person = { missing: { signal: string; from: number; to: number }[]; lonely: number[] } & Record<string, Formula>;
interface Golden {
  days: number;
  /** Most that a logit may differ, on any engine. */
  tolerance: number;
  people: Person[];
}

const folder = join(import.meta.dirname, '../../../models/days');
const golden = JSON.parse(await readFile(join(folder, 'golden.json'), 'utf8')) as Golden;
const model = await openModel(folder);
const { input: form, heads } = model.manifest;
if (form.kind !== 'e4-stream') throw new Error('The model days reads streams.');
const input = { ...form, window_s: form.block_s, min_present: 0 };
const dayMs = 86_400_000;

/** Pieces of one day each, from the formulas of the golden file. */
function piecesOf(person: Person): SignalPiece[] {
  return Object.keys(input.signals).flatMap((signal) => {
    const formula = person[signal];
    if (formula === undefined) return [];
    return Array.from({ length: golden.days }, (_, i): SignalPiece => {
      let x = formula.offset;
      for (const [amplitude, days, phase] of formula.waves) x += amplitude * Math.sin((2 * Math.PI * i) / days + phase);
      const gone = person.missing.some((gap) => ['ALL', signal].includes(gap.signal) && gap.from <= i && i < gap.to);
      const value = gone ? Number.NaN : Math.floor(Math.max(x, 1) + 0.5);
      return { signal, startMs: i * dayMs, rate: 1 / 86_400, channels: 1, values: Float32Array.of(value) };
    });
  });
}

function logit({ result }: StreamWindow): number {
  const [head] = heads;
  if (head?.type !== 'binary') throw new Error('The head of days is binary.');
  const p = result.heads[0]?.scores.lonely as number;
  return (Math.log(p / (1 - p)) - (head.calibration.b[0] ?? 0)) / (head.calibration.a[0] ?? 1);
}

describe.each(golden.people.map((person, k) => [k, person] as const))('golden person %i of days', (_, person) => {
  it.each(['native', 'wasm'] as const)('gives what the training wrote down, day by day, however it was cut: %s', async (engine) => {
    const encoder = await openStreamEncoder(model, input, engine);
    const read = async (cuts: number[]): Promise<StreamWindow[]> => {
      let recording = new RecordingStream(input, encoder.advance);
      const windows: StreamWindow[] = [];
      for (const [k, end] of cuts.entries()) {
        const from = cuts[k - 1] ?? 0;
        const pieces = piecesOf(person).filter(({ startMs }) => startMs >= from * dayMs && startMs < end * dayMs);
        for await (const window of recording.feed({ pieces, untilMs: end * dayMs })) windows.push(window);
        recording = openStream(saveStream(recording), input, encoder.advance);
      }
      return windows;
    };
    const whole = await read([golden.days]);
    // Of the third person nothing is there before the fourth day.
    const first = person.lonely.length - whole.length;
    expect(first).toBe(person.missing.some(({ from }) => from === 0) ? 3 : 0);
    for (const [k, window] of whole.entries())
      expect(Math.abs(logit(window) - (person.lonely[first + k] ?? Number.NaN))).toBeLessThan(golden.tolerance);
    expect(await read([1, 2, 9, 21, 22, 40, golden.days])).toEqual(whole);
    await encoder.release();
  });
});

it('says nothing new on a day without any signal, and says how much of the week was there', async () => {
  const encoder = await openStreamEncoder(model, form, 'native');
  const recording = new RecordingStream(form, encoder.advance);
  const windows: StreamWindow[] = [];
  const [, person] = golden.people;
  const pieces = piecesOf(person as Person);
  for await (const window of recording.feed({ pieces, untilMs: golden.days * dayMs })) windows.push(window);
  expect(windows).toHaveLength(golden.days - 6);
  const after = (day: number) => windows[day - 6];
  expect(after(19)?.present).toMatchObject({ TALK: 1, ON_FOOT: 1, STEPS: 0 });
  expect(after(22)?.present.TALK).toBeCloseTo(4 / 7, 12);
  // Six days of two signals, then fewer than the model asks for.
  expect(after(25)?.result.error).toBe('too-little-signal');
  expect(after(20)?.result.heads[0]?.scores).toEqual(after(22)?.result.heads[0]?.scores);
  expect(after(19)?.result.heads[0]?.scores).not.toEqual(after(20)?.result.heads[0]?.scores);
  await encoder.release();
});
