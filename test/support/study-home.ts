import { fork } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Client } from '@temporalio/client';
import { type Config, loadConfig } from '../../src/config/config.ts';
import { modelsFolder, projectRoot } from '../../src/config/project.ts';
import { startTemporal, type TemporalServer } from '../../src/parts/temporal-server.ts';
import { workflowBundle } from '../../src/parts/workflow-bundle.ts';
import { openStore, type Store } from '../../src/store/open.ts';
import { connectTemporal } from '../../src/temporal/connect.ts';
import type { WorkerSettings } from '../../src/worker.ts';

/** A whole home with a real Temporal server of its own; workers are real processes. */
export interface StudyHome {
  home: string;
  config: Config;
  store: Store;
  client: Client;
  temporal: TemporalServer;
  startWorker(change?: Partial<WorkerSettings>): Promise<WorkerProcess>;
  close(): Promise<void>;
}

export interface WorkerProcess {
  stop(): Promise<void>;
  kill(): Promise<void>;
}

/**
 * @param options.store where to keep the data; SQLite in the home by default
 * @param options.prepare called with the settings before the store is opened
 */
export async function studyHome(options: { store?: string; prepare?: (config: Config) => void } = {}): Promise<StudyHome> {
  const home = mkdtempSync(join(tmpdir(), 'afferent-test-'));
  const { config } = loadConfig({ home, ...(options.store ? { store: options.store } : {}) }, {});
  mkdirSync(join(home, 'logs'), { recursive: true });
  const temporal = await startTemporal(
    config,
    () => {},
    () => {},
    new AbortController().signal,
  );
  options.prepare?.(config);
  const opened = await openStore(config);
  const { client, close } = await connectTemporal({ address: temporal.address, namespace: config.namespace });
  const workers = new Set<WorkerProcess>();
  return {
    home,
    config,
    store: opened,
    client,
    temporal,
    async startWorker(change = {}) {
      const settings: WorkerSettings = {
        address: { store: config.store, keyStore: config.keyStore, keyFile: config.keyFile },
        temporal: { address: temporal.address, namespace: config.namespace },
        shippedModels: modelsFolder,
        keptModels: join(home, 'models'),
        mail: { smtp: null, from: 'afferent@localhost', consoleUrl: 'http://127.0.0.1:4400' },
        queues: ['ingest', 'score'],
        bundle: await workflowBundle(),
        ...change,
      };
      const worker = await forkWorker(settings);
      workers.add(worker);
      return worker;
    },
    async close() {
      for (const worker of workers) await worker.stop();
      await close();
      await opened.close();
      await temporal.stop();
      rmSync(home, { recursive: true, force: true });
    },
  };
}

async function forkWorker(settings: WorkerSettings): Promise<WorkerProcess> {
  const child = fork(join(projectRoot, 'src', 'worker.ts'), [], {
    env: { ...process.env, AFFERENT_WORKER: JSON.stringify(settings) },
    stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
  });
  const gone = once(child, 'exit');
  await Promise.race([once(child, 'message'), gone.then(() => Promise.reject(new Error('The worker ended before it was ready.')))]);
  const end = async (signal: 'SIGTERM' | 'SIGKILL') => {
    if (child.exitCode === null && child.signalCode === null) child.kill(signal);
    await gone;
  };
  return { stop: () => end('SIGTERM'), kill: () => end('SIGKILL') };
}
