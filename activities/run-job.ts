import { MessageChannel } from 'node:worker_threads';
import { CancelledFailure, Context } from '@temporalio/activity';
import { ApplicationFailure } from '@temporalio/common';
import type { Piscina } from 'piscina';
import { AfferentError, type ErrorCode } from '../schema/errors.ts';
import type { JobArgs, JobName, JobOutcome, JobResult } from './threads/jobs.ts';

/** Heartbeats only show life; what is done is in the store. */
const heartbeatMs = 3_000;

/** Codes that another try can mend. */
const passing: ReadonlySet<ErrorCode> = new Set([
  'store-down',
  'store-busy',
  'internal',
  'interrupted',
  'file-changed',
  'temporal-down',
  'smtp-failed',
  'stale-writer',
]);

/** Tries at what is unforeseen: a fault of ours does not pass by being tried for ever. */
const unforeseenTries = 8;

/** An error as Temporal may keep it: code and place, nothing of what was read. */
export function toFailure(error: AfferentError, attempt = 1): ApplicationFailure {
  const lasting = !passing.has(error.code) || (error.code === 'internal' && attempt >= unforeseenTries);
  return ApplicationFailure.create({
    message: error.message,
    type: error.code,
    nonRetryable: lasting,
    details: [error.place],
  });
}

/** Waits for `work` and shows life meanwhile: without it Temporal would learn only at the end of the time allowed that a worker has died. */
async function whileAlive<T>(work: Promise<T>, progress: () => unknown = () => null): Promise<T> {
  const context = Context.current();
  const beat = setInterval(() => context.heartbeat(progress()), heartbeatMs);
  try {
    return await work;
  } finally {
    clearInterval(beat);
  }
}

/** Activities that show life, each for as long as it takes. */
export function alive<A extends Record<string, (args: never) => Promise<unknown>>>(activities: A): A {
  const entries = Object.entries(activities).map(([name, activity]) => [name, (args: never) => whileAlive(activity(args))]);
  return Object.fromEntries(entries);
}

/** Runs a job in a thread of the pool for an activity: heartbeats flow, and a cancellation stops the job between two commits. */
export async function runJob<J extends JobName>(pool: Piscina, job: J, args: JobArgs[J]): Promise<JobResult[J]> {
  const context = Context.current();
  const cancel = new Int32Array(new SharedArrayBuffer(4));
  const { port1, port2 } = new MessageChannel();
  let progress: unknown = null;
  port1.on('message', (message: unknown) => {
    progress = message;
  });
  const stop = () => Atomics.store(cancel, 0, 1);
  context.cancellationSignal.addEventListener('abort', stop);
  try {
    const running: Promise<JobOutcome<J>> = pool
      .run({ job, args, cancel: cancel.buffer, port: port2 }, { transferList: [port2] })
      // The thread died, for want of memory: nothing came back from the job.
      .catch(() => ({ ok: false, code: 'internal', place: {} }));
    const outcome = await whileAlive(running, () => progress);
    if (outcome.ok) return outcome.value;
    if (context.cancellationSignal.aborted) throw new CancelledFailure('cancelled');
    throw toFailure(new AfferentError(outcome.code, outcome.place), context.info.attempt);
  } finally {
    context.cancellationSignal.removeEventListener('abort', stop);
    port1.close();
  }
}
