import { parentPort, workerData } from 'node:worker_threads';
import { AfferentError } from '../../../schema/errors.ts';
import { type Encoder, failed } from '../encoder.ts';
import { openEncoder } from '../open.ts';
import { openStreamEncoder, type StreamEncoder } from '../stream/streamEncoder.ts';
import type { FromWorker, ToWorker, WorkerData } from './messages.ts';

/** A scoring thread: opens the model once, then answers tasks in turn. */
const { model, engine, batch } = workerData as WorkerData;

function say(message: FromWorker): void {
  parentPort?.postMessage(message);
}

type Answer = (task: ToWorker) => Promise<FromWorker>;

async function open(): Promise<Answer | null> {
  const { input } = model.manifest;
  try {
    return input.kind === 'e4-stream'
      ? answerStreams(await openStreamEncoder(model, input, engine))
      : answerInputs(await openEncoder(model, engine, batch));
  } catch (thrown) {
    // The engine's own words for a bad graph are left out: all they could add is a path.
    const error = thrown instanceof AfferentError ? thrown : new AfferentError('bad-model', { what: model.manifest.graph });
    say({ is: 'refused', code: error.code, place: error.place });
    return null;
  }
}

function answerInputs(encoder: Encoder): Answer {
  return async (task) => {
    if (task.is !== 'score') return { is: 'failed', timings: encoder.timings };
    const results = await encoder.score(task.inputs).catch(() => task.inputs.map(() => failed('engine-failed')));
    return { is: 'done', results, timings: encoder.timings };
  };
}

function answerStreams(encoder: StreamEncoder): Answer {
  return async (task) => {
    if (task.is !== 'advance') return { is: 'failed', timings: encoder.timings };
    const advanced = await encoder.advance(task.carried, task.blocks).catch(() => null);
    return advanced ? { is: 'advanced', ...advanced, timings: encoder.timings } : { is: 'failed', timings: encoder.timings };
  };
}

const answer = await open();
if (answer !== null) {
  let turn = Promise.resolve();
  parentPort?.on('message', (task: ToWorker) => {
    turn = turn.then(async () => say(await answer(task)));
  });
  say({ is: 'ready' });
}
