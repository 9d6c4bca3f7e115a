/**
 * One export through reading, sealing and the ledger into a new store, in a process of its own: what other benches time.
 *
 *   node bench/sources-ingest.ts KIND EXPORT FOLDER
 *
 * The store is made in FOLDER. Prints units by outcome as JSON.
 */
import './help.ts';
import { join } from 'node:path';
import { findArrivals } from '../activities/threads/find-arrivals.ts';
import { ingestBatch } from '../activities/threads/ingest-batch.ts';
import { openStore } from '../src/store/open.ts';
import { addParticipant } from '../src/store/participants.ts';
import { addSource } from '../src/store/sources.ts';
import { createStudy } from '../src/store/studies.ts';

const [kind = '', path = '', folder = ''] = process.argv.slice(2);
const store = await openStore({
  store: `sqlite:${join(folder, 'store.db')}`,
  keyStore: `sqlite:${join(folder, 'keys.db')}`,
  keyFile: join(folder, 'key'),
});
await createStudy(store, 'bench', null);
const { id } = await addParticipant(store, 'bench', 'P1', null);
const source = (await addSource(store, 'bench', id, kind, { path, mapping: {}, zone: null, account: null }, null)).id;
const context = { store, models: '', progress: () => {}, checkCancelled: () => {} };
const { batches } = await findArrivals(context, { source, since: '' });
for (const batch of batches) await ingestBatch(context, { batch });
const columns = ['state', 'received', 'stored', 'duplicate', 'quarantined', 'excluded'] as const;
console.log(
  JSON.stringify(
    await store.db
      .selectFrom('batch')
      .select([...columns])
      .executeTakeFirstOrThrow(),
  ),
);
await store.close();
