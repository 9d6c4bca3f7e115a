import type { ErrorCode } from '../../schema/errors.ts';
import { openBatch } from '../../src/store/batches.ts';
import { nextWaiting, retryFailed, settleInbox } from '../../src/store/inbox.ts';
import { requireSource } from '../../src/store/sources.ts';
import type { JobContext } from './jobs.ts';

const prefix = 'inbox/';

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
 * for good keeps its body and stands aside.
 * @param read reads an open batch to its end
 * @returns the code of the first that failed, or null
 */
export async function drainInbox(
  context: JobContext,
  id: string,
  read: (batch: string) => Promise<{ error: ErrorCode | null }>,
): Promise<{ error: ErrorCode | null }> {
  const { store, checkCancelled, progress } = context;
  const source = await requireSource(store, id);
  await retryFailed(store, id);
  let first: ErrorCode | null = null;
  for (let done = 0; ; done++) {
    checkCancelled();
    const row = await nextWaiting(store, id);
    if (!row) return { error: first };
    const batch = await openBatch(store, source, { path: row.id, form: 'inbox' }, row.content_key, row.bytes, 1, '');
    // One that was read to its end before a crash is settled only.
    const error = batch.state === 'open' ? (await read(batch.id)).error : null;
    await settleInbox(store, row.id, batch.id, error !== null);
    first ??= error;
    progress(done);
  }
}
