import { existsSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { fileURLToPath } from 'node:url';
import { DefaultLogger, type LogEntry, NativeConnection, Runtime, Worker } from '@temporalio/worker';
import type { Dependencies, MailSettings } from '../activities/dependencies.ts';
import { ingestActivities } from '../activities/ingest.ts';
import { reviewActivities } from '../activities/review.ts';
import { scoreActivities } from '../activities/score.ts';
import { scoringHeapMb, threadPool } from '../activities/threads/pool.ts';
import { ingestQueue, scoreQueue } from '../workflows/queues.ts';
import { openStore, type StoreAddress } from './store/open.ts';
import { connectTemporal, type TemporalAddress } from './temporal/connect.ts';

export interface WorkerSettings {
  address: StoreAddress;
  temporal: TemporalAddress;
  shippedModels: string;
  keptModels: string;
  mail: MailSettings;
  /** Which task queues this process serves; either can move to other machines. */
  queues: ('ingest' | 'score')[];
  /** Threads for reading and for scoring; the processors of the machine by default. */
  threads?: number;
  /** Prebuilt bundle of the workflows; built at the start where absent. */
  bundle?: string;
}

/** Runs workers until `stop` is aborted; then lets what runs come to a commit and ends. */
export async function runWorker(settings: WorkerSettings, stop: AbortSignal, ready: () => void): Promise<void> {
  const threads = settings.threads ?? availableParallelism();
  const store = await openStore(settings.address);
  const { client, close } = await connectTemporal(settings.temporal);
  const connection = await NativeConnection.connect({ address: settings.temporal.address });
  const threadSettings = { address: settings.address, models: settings.keptModels };
  const [ingestPool, scorePool, carePool] = [
    threadPool(threadSettings, threads),
    threadPool(threadSettings, threads, scoringHeapMb),
    threadPool(threadSettings, 1),
  ];
  const { shippedModels, keptModels, mail } = settings;
  const dependencies: Dependencies = { store, client, ingestPool, scorePool, carePool, shippedModels, keptModels, mail };
  const shared = { connection, namespace: settings.temporal.namespace, shutdownGraceTime: '20s' } as const;
  const workers: Worker[] = [];
  if (settings.queues.includes('ingest')) {
    workers.push(
      await Worker.create({
        ...shared,
        taskQueue: ingestQueue,
        ...(settings.bundle && existsSync(settings.bundle)
          ? { workflowBundle: { codePath: settings.bundle } }
          : { workflowsPath: fileURLToPath(new URL('../workflows/index.ts', import.meta.url)) }),
        activities: { ...ingestActivities(dependencies), ...scoreActivities(dependencies), ...reviewActivities(dependencies) },
        // What reads waits for a thread while it holds its place here; telling people must never wait for a place.
        maxConcurrentActivityTaskExecutions: 2_000,
      }),
    );
  }
  if (settings.queues.includes('score')) {
    const { scoreShard, verifyShard } = scoreActivities(dependencies);
    workers.push(
      await Worker.create({
        ...shared,
        taskQueue: scoreQueue,
        activities: { scoreShard, verifyShard },
        // One more than can be worked on: its slices are there when a thread has done with those of another.
        maxConcurrentActivityTaskExecutions: threads + 1,
      }),
    );
  }
  const shutDown = () => {
    for (const worker of workers) if (worker.getState() === 'RUNNING') worker.shutdown();
  };
  stop.addEventListener('abort', shutDown);
  const running = Promise.all(workers.map((worker) => worker.run()));
  ready();
  if (stop.aborted) shutDown();
  try {
    await running;
  } finally {
    await Promise.all([ingestPool, scorePool, carePool].map((pool) => pool.destroy()));
    await connection.close();
    await close();
    await store.close();
  }
}

/** The scoring worker has no workflows on purpose; the SDK's warning about that would be in every log. */
function writeEntry({ level, message, timestampNanos, meta }: LogEntry): void {
  if (message.startsWith('No workflows registered')) return;
  const at = new Date(Number(timestampNanos / 1_000_000n)).toISOString();
  // Of what the SDK knows beside, only names and codes of ours: messages of others may quote what was read.
  const { workflowId, activityType, attempt, error } = meta ?? {};
  const code = error instanceof Error ? ((error as { type?: string }).type ?? error.name) : undefined;
  process.stderr.write(`${JSON.stringify({ at, level, message, workflowId, activityType, attempt, code })}\n`);
}

/** As a process: settings come as JSON in AFFERENT_WORKER, readiness and the end go over IPC. */
async function main(): Promise<void> {
  const settings = JSON.parse(process.env.AFFERENT_WORKER ?? '{}') as WorkerSettings;
  Runtime.install({ shutdownSignals: [], logger: new DefaultLogger('WARN', writeEntry) });
  const stop = new AbortController();
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, () => stop.abort());
  // A worker whose supervisor died has nobody to restart it and ends.
  process.on('disconnect', () => stop.abort());
  await runWorker(settings, stop.signal, () => process.send?.('ready'));
  // An open channel to the supervisor would keep the process alive.
  if (process.connected) process.disconnect();
}

if (import.meta.main) await main();
