import { AfferentError, type ErrorCode, toAfferentError } from '../../schema/errors.ts';
import { openBatch } from '../../src/store/batches.ts';
import { nextWaiting, retryFailed, settleInbox } from '../../src/store/inbox.ts';
import { beginTry, endTry } from '../../src/store/inbox-tries.ts';
import { requireSource } from '../../src/store/sources.ts';
import { syncLater } from '../../src/store/sync-later.ts';
import type { JobContext } from './jobs.ts';
import { setAsideWhole } from './whole-pushes.ts';

const prefix = 'inbox/';
/** Readers that may be killed at one push, for want of memory or by somebody, before it is set aside. */
const mostDeaths = 4;

type Read = (batch: string) => Promise<{ error: ErrorCode | null }>;

/** What stands in a list of batches for all that waits in a source's inbox. */
export function inboxBatch(source: string): string {
  return `${prefix}${source}`;
}

/** The source whose inbox is meant, or null where it is a batch. */
export function inboxSource(batch: string): string | null {
  return batch.startsWith(prefix) ? batch.slice(prefix.length) : null;
}

/**
 * Reads what waits in a source's inbox, the oldest first, until nothing waits: each push is a batch of its own. One that fails
 * for good keeps its body and stands aside; so does one at which something unforeseen happened, and the others are read before that is told.
 * @param read reads an open batch to its end
 * @returns the code of the first that failed, or null
 * @throws AfferentError `internal` once nothing waits, where something unforeseen happened
 */
export async function drainInbox(context: JobContext, id: string, read: Read): Promise<{ error: ErrorCode | null }> {
  // What is read stays in the inbox until its units are in the ledger, in the same database: each push has some six small commits, and
  // the devices' own wait behind them.
  return syncLater(context.store, () => drain(context, id, read));
}

async function drain(context: JobContext, id: string, read: Read): Promise<{ error: ErrorCode | null }> {
  const { store, checkCancelled, progress } = context;
  const source = await requireSource(store, id);
  await retryFailed(store, id);
  let first: ErrorCode | null = null;
  let unforeseen = false;
  for (let done = 0; ; done++) {
    checkCancelled();
    const row = await nextWaiting(store, id);
    if (!row && unforeseen) throw new AfferentError('internal');
    if (!row) return { error: first };
    const batch = await openBatch(store, source, { path: row.id, form: 'inbox' }, row.content_key, row.bytes, 1, null);
    // One that was read to its end before a crash is settled only.
    const error = batch.state === 'open' ? await readOnce(context, row.id, batch.id, read) : null;
    unforeseen ||= error === 'internal';
    await settleInbox(store, row.id, batch.id, error !== null);
    first ??= error;
    progress(done);
  }
}

/** Reads a push, unless its readers were killed each time: then it is set aside whole, and the next goes on. */
async function readOnce(context: JobContext, row: string, batch: string, read: Read): Promise<ErrorCode | null> {
  const { store } = context;
  if ((await beginTry(store, row)) >= mostDeaths) {
    await setAsideWhole(store, row, batch);
    return null;
  }
  return read(batch)
    .then((end) => end.error, setAside)
    .catch(async (thrown: unknown) => {
      await endTry(store, row);
      throw thrown;
    });
}

/** A fault of ours at one push must not keep all later ones unread; whatever may pass ends the reading. */
function setAside(thrown: unknown): ErrorCode {
  const { code } = toAfferentError(thrown);
  if (code !== 'internal') throw thrown;
  return code;
}
