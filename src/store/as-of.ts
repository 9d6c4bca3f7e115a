import type { StoredRecord } from '../../schema/records.ts';
import type { Store } from './open.ts';
import { openRecord } from './records.ts';
import { requireSource } from './sources.ts';
import type { Tables } from './tables.ts';

type Row = Pick<Tables['record'], 'id' | 'record_key' | 'version' | 'content_key' | 'body'> & { arrived_at: string };

/**
 * A source's records as they were known at a moment: of each, the newest version among those that had arrived by then, by the
 * source's own version; where that says nothing, the one that arrived last; then the greater content hash. In order of their times.
 * @param at ISO in UTC with milliseconds
 * @throws AfferentError `unknown-source`
 */
export async function recordsAsOf(store: Store, source: string, at: string): Promise<StoredRecord[]> {
  const { participant } = await requireSource(store, source);
  const rows = await store.db
    .selectFrom('record')
    .innerJoin('batch', 'batch.id', 'record.batch')
    .select(['record.id', 'record.record_key', 'record.version', 'record.content_key', 'record.body', 'batch.arrived_at'])
    .where('record.source', '=', source)
    .where('batch.arrived_at', '<=', at)
    .orderBy('record.time_ms')
    .orderBy('record.record_key')
    .execute();
  const newest = new Map<string, Row>();
  for (const row of rows) {
    const known = newest.get(row.record_key);
    if (!known || isNewer(row, known)) newest.set(row.record_key, row);
  }
  const key = await store.keys.key(participant);
  return [...newest.values()].map((row) => openRecord(key, row));
}

function isNewer(a: Row, b: Row): boolean {
  for (const name of ['version', 'arrived_at', 'content_key'] as const) if (a[name] !== b[name]) return a[name] > b[name];
  return false;
}
