import { parentPort, workerData } from 'node:worker_threads';
import { AfferentError } from '../../../schema/errors.ts';
import { type Encoder, failed } from '../encoder.ts';
import { openEncoder } from '../open.ts';
import type { FromWorker, ToWorker, WorkerData } from './messages.ts';

/** A scoring thread: opens the model once, then answers tasks in turn. */
const { model, engine, batch } = workerData as WorkerData;

function say(message: FromWorker): void {
  parentPort?.postMessage(message);
}

async function open(): Promise<Encoder | null> {
  try {
    return await openEncoder(model, engine, batch);
  } catch (thrown) {
    // The engine's own words for a bad graph are left out: all they could add is a path.
    const error = thrown instanceof AfferentError ? thrown : new AfferentError('bad-model', { what: model.manifest.graph });
    say({ is: 'refused', code: error.code, place: error.place });
    return null;
  }
}

const encoder = await open();
if (encoder !== null) {
  let turn = Promise.resolve();
  parentPort?.on('message', ({ inputs }: ToWorker) => {
    turn = turn.then(async () => {
      const results = await encoder.score(inputs).catch(() => inputs.map(() => failed('engine-failed')));
      say({ is: 'done', results, timings: encoder.timings });
    });
  });
  say({ is: 'ready' });
}
