import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openModel } from '../model.ts';
import { recordingStart, slicesOf, stretch } from '../testing/recording.ts';
import { tinyStreamInput as input, tinyStreamModel } from '../testing/tinyStreamModel.ts';
import type { Slice } from './block.ts';
import { readRecording, readWholeRecording } from './readRecording.ts';
import { openStream, saveStream, streamHash } from './stateBytes.ts';
import { RecordingStream, type StreamWindow } from './stream.ts';
import { openStreamEncoder, type StreamEncoder } from './streamEncoder.ts';

let encoder: StreamEncoder;
let other: StreamEncoder;
beforeAll(async () => {
  const model = await openModel(await tinyStreamModel());
  encoder = await openStreamEncoder(model, input, 'native');
  other = await openStreamEncoder(model, input, 'native');
});
afterAll(() => Promise.all([encoder.release(), other.release()]));

async function feedAll(stream: RecordingStream, slices: Iterable<Slice>): Promise<StreamWindow[]> {
  const windows: StreamWindow[] = [];
  for (const slice of slices) for await (const window of stream.feed(slice)) windows.push(window);
  return windows;
}
const read = (ends: readonly number[], gaps: readonly [number, number][] = []) =>
  feedAll(new RecordingStream(input, encoder.advance), slicesOf(input, ends, gaps));
async function* async_(slices: Iterable<Slice>): AsyncGenerator<Slice> {
  yield* slices;
}
const seconds = (windows: readonly StreamWindow[]) => windows.map((window) => (window.endMs - recordingStart) / 1000);

describe('a recording fed in pieces', () => {
  it('gives the same bits, names and shares as fed whole, whatever the pieces', async () => {
    const gaps: [number, number][] = [[93.25, 131.5]];
    const whole = await read([300], gaps);
    expect(whole).toHaveLength(25);
    expect(new Set(whole.map((window) => window.chain)).size).toBe(25);
    const lengths = fc.array(fc.integer({ min: 1, max: 4_000 }), { minLength: 1, maxLength: 60 });
    await fc.assert(
      fc.asyncProperty(lengths, async (hundredths) => {
        const ends: number[] = [];
        for (const length of hundredths) ends.push(Math.min(300, (ends.at(-1) ?? 0) + length / 100));
        expect(await read([...ends.filter((end) => end < 300), 300], gaps)).toEqual(whole);
      }),
      { numRuns: 25 },
    );
  });

  it('goes on from a saved state on another worker as if it had not stopped', async () => {
    const whole = await read([400]);
    for (const stop of [7.3, 60, 185.125]) {
      const begun = new RecordingStream(input, encoder.advance);
      const [head, tail] = [...slicesOf(input, [stop, 400])] as [Slice, Slice];
      const before = await feedAll(begun, [head]);
      const saved = saveStream(begun);
      const resumed = openStream(saved, input, other.advance);
      expect(streamHash(resumed)).toBe(streamHash(begun));
      expect([...before, ...(await feedAll(resumed, [tail]))]).toEqual(whole);
    }
  });

  it('has a state of one size, and a hash that tells one from another', async () => {
    const stream = new RecordingStream(input, encoder.advance);
    const [size, hash] = [saveStream(stream).length, streamHash(stream)];
    await feedAll(stream, slicesOf(input, [33.3, 1_200, 9_000]));
    expect(saveStream(stream)).toHaveLength(size);
    expect(streamHash(stream)).not.toBe(hash);
  });

  it('refuses bytes that are no state of this form', () => {
    const saved = saveStream(new RecordingStream(input, encoder.advance));
    const refused = expect.objectContaining({ code: 'wrong-shape', place: { field: 'state' } });
    expect(() => openStream(saved.subarray(1), input, encoder.advance)).toThrow(refused);
    expect(() => openStream(saved, { ...input, min_present: 0.4 }, encoder.advance)).toThrow(refused);
  });

  it('changes with what came long before', async () => {
    const whole = await read([200]);
    const without = await read([200], [[10, 20]]);
    expect(without.at(-1)?.chain).not.toBe(whole.at(-1)?.chain);
    expect(without.at(-1)?.result).not.toEqual(whole.at(-1)?.result);
    expect(without.at(-1)?.present).toEqual(whole.at(-1)?.present);
  });
});

describe('windows of a recording', () => {
  it('end with every block once a minute is there, and with no block that is not full', async () => {
    expect(seconds(await read([89.9]))).toEqual([60, 70, 80]);
    expect(await read([59])).toEqual([]);
  });

  it('stay as they were when the recording grows', async () => {
    expect((await read([89.9, 200])).slice(0, 3)).toEqual(await read([89.9]));
  });

  it('say how much was recorded, and have no score where it is too little', async () => {
    const windows = await read([180], [[60, 120]]);
    const shares = windows.map((window) => window.present.BVP);
    expect(shares.slice(0, 7)).toEqual([1, 5 / 6, 4 / 6, 3 / 6, 2 / 6, 1 / 6, 0]);
    expect(windows.map((window) => window.result.error === 'too-little-signal')).toEqual(shares.map((share) => (share ?? 0) < 0.5));
    expect(windows.every((window) => window.sinceMs === recordingStart)).toBe(true);
  });

  it('begin anew after two hours of nothing, and say so', async () => {
    const gap: [number, number] = [100, 100 + 7_300];
    const windows = await read([7_600], [gap]);
    const late = windows.filter((window) => window.endMs > recordingStart + 7_400_000);
    expect(seconds(late)[0]).toBe(7_460);
    expect(new Set(late.map((window) => window.sinceMs - recordingStart))).toEqual(new Set([7_400_000]));
    expect(seconds(windows)).not.toContain(7_320);
    // As if the recording had begun there.
    const alone = await feedAll(new RecordingStream(input, encoder.advance), [
      { pieces: stretch(input, 7_400, 7_600), untilMs: recordingStart + 7_600_000 },
    ]);
    expect(alone.map(({ chain, result }) => ({ chain, result }))).toEqual(late.map(({ chain, result }) => ({ chain, result })));
    expect(await read([50, 101, 7_299, 7_301.5, 7_450, 7_600], [gap])).toEqual(windows);
  });

  it('mask what no worn sensor gives, and what is no number', async () => {
    const pieces = stretch(input, 0, 60).map((piece) => {
      const values = piece.values.slice();
      if (piece.signal === 'EDA') values.fill(-1, 0, 120);
      if (piece.signal === 'TEMP') values.fill(Number.NaN, 0, 60);
      return { ...piece, values };
    });
    const [window] = await feedAll(new RecordingStream(input, encoder.advance), [{ pieces, untilMs: recordingStart + 60_000 }]);
    expect(window?.present).toEqual({ BVP: 1, ACC: 1, EDA: 0.5, TEMP: 0.75 });
  });

  it('of a finished recording read twice differ from the first, in numbers and in name', async () => {
    const slices = () => async_(slicesOf(input, [300]));
    const once: StreamWindow[] = [];
    const twice: StreamWindow[] = [];
    for await (const window of readRecording(slices(), input, encoder.advance)) once.push(window);
    for await (const window of readWholeRecording(slices, input, encoder.advance, [[1, 3]])) twice.push(window);
    expect(seconds(twice)).toEqual(seconds(once));
    expect(twice[0]?.chain).not.toBe(once[0]?.chain);
    expect(twice[0]?.result).not.toEqual(once[0]?.result);
    const nothing: StreamWindow[] = [];
    for await (const window of readWholeRecording(slices, input, encoder.advance, [])) nothing.push(window);
    expect(nothing.map((window) => window.result)).toEqual(once.map((window) => window.result));
  });
});
