import type { MessagePort } from 'node:worker_threads';
import type { ErrorCode, ErrorPlace } from '../../schema/errors.ts';
import type { Store, StoreAddress } from '../../src/store/open.ts';
import { decideAlerts } from './decide-alerts.ts';
import { findArrivals } from './find-arrivals.ts';
import { ingestBatch } from './ingest-batch.ts';
import { prepareTables } from './prepare-tables.ts';
import { replayQuarantine } from './replay-quarantine.ts';
import { scoreShard } from './score-shard.ts';
import { verifyShard } from './verify-shard.ts';

/** What every thread of a worker is given once. */
export interface ThreadSettings {
  address: StoreAddress;
  /** Folder of the home that keeps the models of its runs. */
  models: string;
}

/** What a job works with. */
export interface JobContext {
  store: Store;
  models: string;
  /** Tells the activity how far it is; counts only. */
  progress(done: number): void;
  /** Throws `interrupted` once the activity was cancelled; called between commits. */
  checkCancelled(): void;
}

/** The heavy work of activities, each run in a thread. */
export const jobs = { findArrivals, ingestBatch, replayQuarantine, prepareTables, scoreShard, verifyShard, decideAlerts };
export type JobName = keyof typeof jobs;
export type JobArgs = { [J in JobName]: Parameters<(typeof jobs)[J]>[1] };
export type JobResult = { [J in JobName]: Awaited<ReturnType<(typeof jobs)[J]>> };
export type JobOutcome<J extends JobName> = { ok: true; value: JobResult[J] } | { ok: false; code: ErrorCode; place: ErrorPlace };

export interface Task<J extends JobName = JobName> {
  job: J;
  args: JobArgs[J];
  cancel: SharedArrayBuffer;
  port: MessagePort;
}

export interface Shard {
  run: string;
  from: number;
  to: number;
}
