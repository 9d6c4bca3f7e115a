import { setTimeout } from 'node:timers/promises';
import { findArrivals } from '../activities/threads/find-arrivals.ts';
import { ingestBatch } from '../activities/threads/ingest-batch.ts';
import { waitingSources } from '../src/store/inbox.ts';
import { openStore, type StoreAddress } from '../src/store/open.ts';

/** Reads what waits, as the worker's threads do, until it is told to end and nothing waits any more; says so with `done`. */
const { address } = JSON.parse(process.env.AFFERENT_BENCH ?? '{}') as { address: StoreAddress };
const store = await openStore(address);
const context = { store, models: '', progress: () => {}, checkCancelled: () => {} };
let last = false;
process.on('message', () => {
  last = true;
});
process.on('disconnect', () => process.exit(0));
for (;;) {
  const ending = last;
  const waiting = await waitingSources(store);
  for (const source of waiting) {
    const { batches } = await findArrivals(context, { source, since: '' });
    for (const batch of batches) await ingestBatch(context, { batch });
  }
  if (ending && waiting.length === 0) break;
  await setTimeout(100);
}
await store.close();
process.send?.('done');
