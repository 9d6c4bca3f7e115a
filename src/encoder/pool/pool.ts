import { once } from 'node:events';
import { Worker } from 'node:worker_threads';
import { AfferentError } from '../../../schema/errors.ts';
import type { Engine, Precision } from '../../../schema/model.ts';
import type { LowTally } from '../../../schema/scores.ts';
import type { EncoderInput, EncoderResult, Timings } from '../encoder.ts';
import { tallied } from '../int8/tally.ts';
import { type Model, openModel } from '../model.ts';
import type { Advance } from '../stream/stream.ts';
import type { FromWorker, Task as Message, ToWorker, WorkerData } from './messages.ts';

export interface PoolOptions {
  modelDir: string;
  engine?: Engine;
  /** A form that the model has; left out, the one of its graph. */
  precision?: Precision;
  /** Scoring threads, each with the weights in its own memory. */
  threads?: number;
  /** Most rows of one run of the graph. Changes no bit of a result. */
  batch?: number;
}

/** Scores inputs in threads of its own, so that the caller's thread stays free. */
export interface EncoderPool {
  readonly model: Model;
  readonly threads: number;
  /** Time spent by all threads together. */
  readonly timings: Timings;
  /** Counters of all rows scored in an int8 form; null where there is none. */
  readonly low: LowTally | null;
  /**
   * Results in the order of the inputs. An input that cannot be scored has its error in its result.
   * Rejects with `engine-failed` only where a thread dies, or with `interrupted` when the pool is closed meanwhile.
   */
  score(inputs: readonly EncoderInput[]): Promise<EncoderResult[]>;
  /**
   * For a model of streams: blocks of one recording in a thread that is free; what is carried goes in and out, so that
   * the next ones may go to another. Rejects with `engine-failed` where the engine does, or `interrupted`.
   */
  advance: Advance;
  close(): Promise<void>;
}

type Answer = Extract<FromWorker, { timings: Timings }>;

interface Task {
  message: Message;
  resolve: (answer: Answer) => void;
  reject: (error: AfferentError) => void;
}

/** Inputs of one message to a thread: enough to fill batches of like length, few enough to share out among threads. */
const taskRows = 128;
/** Length of the texts of one message, in UTF-16 units. */
const taskUnits = 65_536;

function tasksOf(inputs: readonly EncoderInput[]): EncoderInput[][] {
  const tasks: EncoderInput[][] = [];
  let units = 0;
  for (const input of inputs) {
    const open = tasks.at(-1);
    const length = input.kind === 'text' ? input.text.length : 0;
    units += length;
    if (open !== undefined && open.length < taskRows && units <= taskUnits) open.push(input);
    else {
      tasks.push([input]);
      units = length;
    }
  }
  return tasks;
}

/**
 * Checks a model folder and opens it in `threads` threads.
 * @throws AfferentError `unknown-model` or `bad-model`.
 */
export async function createEncoderPool(options: PoolOptions): Promise<EncoderPool> {
  const { modelDir, engine = 'native', threads = 1, batch = 32 } = options;
  const model = await openModel(modelDir, options.precision);
  const over = new Int32Array(new SharedArrayBuffer(4));
  const opened = await Promise.allSettled(Array.from({ length: threads }, () => startThread({ model, engine, batch, over })));
  const running = opened.flatMap((thread) => (thread.status === 'fulfilled' ? [thread.value] : []));
  const refused = opened.find((thread) => thread.status === 'rejected');
  if (refused) {
    await endThreads(running, over);
    throw refused.reason;
  }
  return new ThreadPool(model, running, over);
}

function startThread(workerData: WorkerData): Promise<Worker> {
  const worker = new Worker(new URL('./worker.ts', import.meta.url), { workerData });
  return new Promise((resolve, reject) => {
    worker.once('message', (message: FromWorker) => {
      if (message.is === 'refused') reject(new AfferentError(message.code, message.place));
      else resolve(worker);
    });
    worker.once('error', () => reject(new AfferentError('engine-failed')));
  });
}

/**
 * Lets each thread end after the run of the graph that it is in. A thread must not be terminated within one: the engine's
 * binding then fails to hand over its result, and aborts the whole process.
 */
async function endThreads(workers: readonly Worker[], over: Int32Array): Promise<void> {
  Atomics.store(over, 0, 1);
  await Promise.all(
    workers.map(async (worker) => {
      if (worker.threadId === -1) return; // It has ended by itself.
      worker.postMessage({ is: 'end' } satisfies ToWorker);
      await once(worker, 'exit');
    }),
  );
}

class ThreadPool implements EncoderPool {
  readonly model: Model;
  low: LowTally | null = null;
  private readonly idle: Worker[];
  private readonly busy = new Map<Worker, Task>();
  private readonly spent = new Map<Worker, Timings>();
  private readonly waiting: Task[] = [];
  private readonly all: readonly Worker[];
  private readonly stop: Int32Array;
  private over: AfferentError | null = null;
  private ended: Promise<void> | null = null;

  constructor(model: Model, workers: readonly Worker[], stop: Int32Array) {
    this.model = model;
    this.stop = stop;
    this.all = workers;
    this.idle = [...workers];
    for (const worker of workers) {
      worker.on('message', (message: FromWorker) => this.finish(worker, message));
      worker.on('error', () => this.end(new AfferentError('engine-failed')));
      worker.on('exit', () => this.end(new AfferentError('engine-failed')));
    }
  }

  get threads(): number {
    return this.all.length;
  }

  get timings(): Timings {
    const sum: Timings = { tokenise: 0, infer: 0, heads: 0 };
    for (const spent of this.spent.values()) {
      sum.tokenise += spent.tokenise;
      sum.infer += spent.infer;
      sum.heads += spent.heads;
    }
    return sum;
  }

  async score(inputs: readonly EncoderInput[]): Promise<EncoderResult[]> {
    const answers = await Promise.all(tasksOf(inputs).map((part) => this.add({ is: 'score', inputs: part })));
    const results = answers.flatMap((answer) => {
      if (answer.is !== 'done') throw new AfferentError('engine-failed');
      return answer.results;
    });
    this.low = tallied(this.low, results);
    return results;
  }

  readonly advance: Advance = async (carried, blocks) => {
    const answer = await this.add({ is: 'advance', carried, blocks });
    if (answer.is !== 'advanced') throw new AfferentError('engine-failed');
    return { carried: answer.carried, results: answer.results };
  };

  async close(): Promise<void> {
    this.end(new AfferentError('interrupted'));
    // Who stops a run and who clears up behind it both close. A thread told twice would let go of its model twice, and die of it.
    this.ended ??= endThreads(this.all, this.stop);
    await this.ended;
  }

  private add(message: Message): Promise<Answer> {
    if (this.over) return Promise.reject(this.over);
    return new Promise((resolve, reject) => {
      this.waiting.push({ message, resolve, reject });
      this.next();
    });
  }

  private next(): void {
    while (this.idle.length > 0) {
      const task = this.waiting.shift();
      const worker = task && this.idle.pop();
      if (!task || !worker) return;
      this.busy.set(worker, task);
      worker.postMessage(task.message);
    }
  }

  private finish(worker: Worker, message: FromWorker): void {
    const task = this.busy.get(worker);
    if (!('timings' in message) || task === undefined) return;
    this.busy.delete(worker);
    this.spent.set(worker, message.timings);
    this.idle.push(worker);
    task.resolve(message);
    this.next();
  }

  /** Rejects all that is under way; nothing can be scored afterwards. */
  private end(error: AfferentError): void {
    this.over ??= error;
    for (const task of [...this.busy.values(), ...this.waiting.splice(0)]) task.reject(error);
    this.busy.clear();
  }
}
