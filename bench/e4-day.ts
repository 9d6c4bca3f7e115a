/**
 * Time and memory of 24 hours of wristband signals through the model of recordings, from generated signals to windows.
 * node bench/e4-day.ts [MODEL FOLDER] [HOURS]
 */
import './help.ts';
import { join } from 'node:path';
import { openModel } from '../src/encoder/model.ts';
import { readRecording } from '../src/encoder/stream/readRecording.ts';
import { saveStream } from '../src/encoder/stream/stateBytes.ts';
import { RecordingStream } from '../src/encoder/stream/stream.ts';
import { openStreamEncoder } from '../src/encoder/stream/streamEncoder.ts';
import { recordingStart, stretch } from '../src/encoder/testing/recording.ts';

const [folder = join(import.meta.dirname, '../models/e4'), hours = '24'] = process.argv.slice(2);
const model = await openModel(folder);
const { input } = model.manifest;
if (input.kind !== 'e4-stream') throw new Error('The model does not read recordings block by block.');
const encoder = await openStreamEncoder(model, input, 'native');

/** Minutes of all signals, made as they are read. */
async function* minutes(count: number, form: Parameters<typeof stretch>[0]) {
  for (let minute = 0; minute < count; minute++) {
    yield { pieces: stretch(form, minute * 60, (minute + 1) * 60), untilMs: recordingStart + (minute + 1) * 60_000 };
  }
}

const began = performance.now();
let windows = 0;
let most = 0;
for await (const _window of readRecording(minutes(Number(hours) * 60, input), input, encoder.advance)) {
  windows += 1;
  if (windows % 60 === 0) most = Math.max(most, process.memoryUsage.rss());
}
const seconds = (performance.now() - began) / 1000;
const state = saveStream(new RecordingStream(input, encoder.advance)).length;
const inference = encoder.timings.infer / 1000;
console.log(
  JSON.stringify({ hours: Number(hours), windows, seconds, inference, mostResidentMB: most / 2 ** 20, stateBytes: state }, null, 2),
);
await encoder.release();
