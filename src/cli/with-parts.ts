import type { Client } from '@temporalio/client';
import { type UsedParts, useParts } from '../parts/use-parts.ts';
import type { Store } from '../store/open.ts';
import { listSources } from '../store/sources.ts';
import { listStudies } from '../store/studies.ts';
import { connectTemporal } from '../temporal/connect.ts';
import { forgetErased, forgetSources } from '../temporal/forget.ts';
import { recreateReviews } from '../temporal/reviews.ts';
import { ensureSchedules } from '../temporal/schedules.ts';
import type { Call } from './verb.ts';

/** What a verb works with while the parts are up. */
export interface Working {
  client: Client;
  store: Store;
  parts: UsedParts;
}

/**
 * Does the work given with the parts of this home: those that are up, or new ones for as long as it takes. New ones get the schedules
 * that the sources' rows ask for, and the reviews of alerts that the server has forgotten.
 */
export async function withParts<T>(
  call: Call,
  store: Store,
  wanted: { verb: string; console?: boolean; own?: boolean },
  work: (working: Working) => Promise<T>,
): Promise<T> {
  const parts = await useParts(
    call.config,
    { verb: wanted.verb, console: wanted.console ?? false, own: wanted.own ?? false },
    call.out.note,
    call.signal,
  );
  try {
    const { client, close } = await connectTemporal({ address: parts.file.temporal, namespace: call.config.namespace });
    const over = new AbortController();
    try {
      if (parts.own) await restoreWork(client, store);
      return await client.withAbortSignal(over.signal, () => work({ client, store, parts }));
    } finally {
      // An answer that is still waited for would be asked for again, on a connection that is closed.
      over.abort();
      await close();
    }
  } finally {
    await parts.release(call.again);
  }
}

async function restoreWork(client: Client, store: Store): Promise<void> {
  for (const { id } of await listStudies(store)) await ensureSchedules(client, await listSources(store, id));
  await recreateReviews(client, store);
  // A withdrawal that was killed before it reached the server is completed here; versions before this one remembered none.
  const erased = await store.db.selectFrom('source').select('id').where('state', '=', 'erased').execute();
  await forgetSources(
    client,
    erased.map((source) => source.id),
    [],
  );
  await forgetErased(client, store);
}

/** Resolves when the call is interrupted. */
export function interruption(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) resolve();
    else signal.addEventListener('abort', () => resolve(), { once: true });
  });
}
