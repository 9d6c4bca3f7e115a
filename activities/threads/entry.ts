import { workerData } from 'node:worker_threads';
import { AfferentError, toAfferentError } from '../../schema/errors.ts';
import { openStore, type Store } from '../../src/store/open.ts';
import { type JobContext, type JobName, jobs, type Task, type ThreadSettings } from './jobs.ts';

const settings = workerData as ThreadSettings;
/**
 * 32 MiB and 64 MiB: the ids of a few hundred scores are keyed hashes and lie on as many thousand pages of the indexes, which would
 * otherwise leave the cache before their commit and be taken over into the database after each.
 */
const room = { cacheKib: 32 * 1024, logPages: 16_384 };
let store: Promise<Store> | null = null;

/** The function that the pool calls in a thread of its own. Errors cross back as a code and a place, never as they were thrown. */
export default async function run({ job, args, cancel, port }: Task) {
  const cancelled = new Int32Array(cancel);
  try {
    store ??= openStore(settings.address, room).catch((thrown: unknown) => {
      // The next job of this thread tries again.
      store = null;
      throw thrown;
    });
    const context: JobContext = {
      store: await store,
      models: settings.models,
      progress: (done) => port.postMessage(done),
      checkCancelled() {
        if (Atomics.load(cancelled, 0) === 1) throw new AfferentError('interrupted');
      },
    };
    // It may have waited for this thread.
    context.checkCancelled();
    const work = jobs[job] as (context: JobContext, args: Task['args']) => Promise<unknown>;
    return { ok: true, value: await work(context, args) };
  } catch (thrown) {
    const { code, place } = toAfferentError(thrown);
    if (code === 'internal') reportInternal(job, thrown);
    return { ok: false, code, place };
  } finally {
    port.close();
  }
}

/** Where in our code an unforeseen error came from: its kind and stack lines, without its message, which may quote what was read. */
function reportInternal(job: JobName, thrown: unknown): void {
  const name = thrown instanceof Error ? thrown.name : typeof thrown;
  const code = (thrown as { code?: unknown } | null)?.code;
  const frames = thrown instanceof Error ? (thrown.stack ?? '').split('\n').filter((line) => /^\s+at /.test(line)) : [];
  process.stderr.write(
    `${JSON.stringify({ level: 'error', job, name, code: typeof code === 'string' ? code : null, frames: frames.slice(0, 8) })}\n`,
  );
}
