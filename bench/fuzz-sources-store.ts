import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { ingestBatch } from '../activities/threads/ingest-batch.ts';
import { sourceKind } from '../src/sources/index.ts';
import { openBatch, requireBatch } from '../src/store/batches.ts';
import { openStore } from '../src/store/open.ts';
import { addParticipant } from '../src/store/participants.ts';
import { addSource, requireSource } from '../src/store/sources.ts';
import { createStudy } from '../src/store/studies.ts';

/** Holds damaged exports against the ledger of a store. */
export interface Ledger {
  /**
   * Takes the export at a path in as a study does, twice. Throws an Error where a batch fails, where its outcomes do not sum to what was
   * received or that is not `units`, and where the second time stores anything.
   */
  check(path: string, units: number): Promise<void>;
  close(): Promise<void>;
}

interface Outcomes {
  received: number;
  stored: number;
  duplicate: number;
  quarantined: number;
  excluded: number;
}

/** A store of its own in a folder, which is made. */
export async function openLedger(kind: string, folder: string): Promise<Ledger> {
  mkdirSync(folder, { recursive: true });
  const at = (name: string) => join(folder, name);
  const store = await openStore({ store: `sqlite:${at('store.db')}`, keyStore: `sqlite:${at('keys.db')}`, keyFile: at('key') });
  await createStudy(store, 'fuzz', null);
  const context = { store, models: '', progress: () => {}, checkCancelled: () => {} };

  async function takeIn(source: string, path: string, round: string): Promise<Outcomes> {
    const sum: Outcomes = { received: 0, stored: 0, duplicate: 0, quarantined: 0, excluded: 0 };
    for (const arrival of await sourceKind(kind).arrivals(path)) {
      // The content's name is made up, so that the same bytes are another arrival.
      const { id } = await openBatch(store, await requireSource(store, source), arrival, round, 0, 0, null);
      const { error } = await ingestBatch(context, { batch: id });
      if (error !== null) throw new Error(`a batch failed: ${error}`);
      const batch = await requireBatch(store, id);
      for (const name of Object.keys(sum) as (keyof Outcomes)[]) sum[name] += batch[name];
    }
    return sum;
  }

  return {
    async check(path, units) {
      const { id } = await addParticipant(store, 'fuzz', path, null);
      const settings = { path, mapping: {}, zone: null, account: null };
      const source = (await addSource(store, 'fuzz', id, kind, settings, null)).id;
      const first = await takeIn(source, path, 'first');
      const { received, stored, duplicate, quarantined, excluded } = first;
      const told = JSON.stringify(first);
      if (received !== units) throw new Error(`${units} units read, received ${told}`);
      if (received !== stored + duplicate + quarantined + excluded) throw new Error(`ledger off: ${told}`);
      const second = await takeIn(source, path, 'second');
      // What lies in the quarantine already is a duplicate as well.
      const same = second.received === received && second.stored === 0 && second.excluded === excluded && second.quarantined <= quarantined;
      if (!same) throw new Error(`first ${told}, then ${JSON.stringify(second)}`);
    },
    close: () => store.close(),
  };
}
