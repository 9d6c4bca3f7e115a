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

/**
 * An error as Temporal may keep it: code and place, nothing of what was read. A full disk ends what somebody waits for, who is told and calls
 * again; what nobody would call again waits for room.
 */
export function toFailure(error: AfferentError, attempt = 1, waitsForRoom = false): ApplicationFailure {
  const passes = passing.has(error.code) || (waitsForRoom && error.code === 'disk-full');
  const lasting = !passes || (error.code === 'internal' && attempt >= unforeseenTries);
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
  const [result] = await runJobs(pool, job, [args]);
  return result as JobResult[J];
}

/** The same for work that several threads may share: one that fails stops the others, and all have ended when the activity does. */
export async function runJobs<J extends JobName>(pool: Piscina, job: J, parts: readonly JobArgs[J][]): Promise<JobResult[J][]> {
  const context = Context.current();
  const cancel = new Int32Array(new SharedArrayBuffer(4));
  const stop = () => Atomics.store(cancel, 0, 1);
  context.cancellationSignal.addEventListener('abort', stop);
  const done: number[] = parts.map(() => 0);
  const failures: AfferentError[] = [];
  const one = async (args: JobArgs[J], part: number): Promise<JobResult[J] | null> => {
    const { port1, port2 } = new MessageChannel();
    port1.on('message', (message: number) => {
      done[part] = message;
    });
    try {
      const outcome: JobOutcome<J> = await pool
        .run({ job, args, cancel: cancel.buffer, port: port2 }, { transferList: [port2] })
        // The thread died, for want of memory: nothing came back from the job.
        .catch(() => ({ ok: false, code: 'internal', place: {} }));
      if (outcome.ok) return outcome.value;
      failures.push(new AfferentError(outcome.code, outcome.place));
      stop();
      return null;
    } finally {
      port1.close();
    }
  };
  try {
    const results = await whileAlive(Promise.all(parts.map(one)), () => done.reduce((sum, n) => sum + n, 0));
    // Those after the first were told to stop.
    const [failure] = failures;
    if (failure === undefined) return results as JobResult[J][];
    if (context.cancellationSignal.aborted) throw new CancelledFailure('cancelled');
    throw toFailure(failure, context.info.attempt);
  } finally {
    context.cancellationSignal.removeEventListener('abort', stop);
  }
}
