import { parentPort, workerData } from 'node:worker_threads';
import { AfferentError } from '../../../schema/errors.ts';
import { type Encoder, failed } from '../encoder.ts';
import { openEncoder } from '../open.ts';
import { openStreamEncoder, type StreamEncoder } from '../stream/streamEncoder.ts';
import type { FromWorker, Task, ToWorker, WorkerData } from './messages.ts';

/** A scoring thread: opens the model once, then answers tasks in turn. */
const { model, engine, batch, over } = workerData as WorkerData;
const isOver = (): boolean => Atomics.load(over, 0) === 1;

function say(message: FromWorker): void {
  parentPort?.postMessage(message);
}

interface Answerer {
  answer(task: Task): Promise<FromWorker>;
  release(): Promise<void>;
}

async function open(): Promise<Answerer | null> {
  const { input } = model.manifest;
  try {
    return input.kind === 'e4-stream'
      ? answerStreams(await openStreamEncoder(model, input, engine, isOver))
      : answerInputs(await openEncoder(model, engine, batch, isOver));
  } catch (thrown) {
    // The engine's own words for a bad graph are left out: all they could add is a path.
    const error = thrown instanceof AfferentError ? thrown : new AfferentError('bad-model', { what: model.manifest.graph });
    say({ is: 'refused', code: error.code, place: error.place });
    return null;
  }
}

function answerInputs(encoder: Encoder): Answerer {
  return {
    async answer(task) {
      if (task.is !== 'score') return { is: 'failed', timings: encoder.timings };
      const results = await encoder.score(task.inputs).catch(() => task.inputs.map(() => failed('engine-failed')));
      return { is: 'done', results, timings: encoder.timings };
    },
    release: () => encoder.release(),
  };
}

function answerStreams(encoder: StreamEncoder): Answerer {
  return {
    async answer(task) {
      if (task.is !== 'advance') return { is: 'failed', timings: encoder.timings };
      const advanced = await encoder.advance(task.carried, task.blocks).catch(() => null);
      return advanced ? { is: 'advanced', ...advanced, timings: encoder.timings } : { is: 'failed', timings: encoder.timings };
    },
    release: () => encoder.release(),
  };
}

const opened = await open();
if (opened !== null) {
  let turn = Promise.resolve();
  parentPort?.on('message', (message: ToWorker) => {
    turn = turn.then(async () => {
      if (message.is !== 'end') return say(await opened.answer(message));
      await opened.release();
      parentPort?.close();
    });
  });
  say({ is: 'ready' });
}
