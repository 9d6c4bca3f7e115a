import type { Store } from './open.ts';
import { openRecord } from './records.ts';
import { unseal } from './seal.ts';
import { decodeSamples } from './series-codec.ts';

/** Rows of a kind that are looked at: exports state an offset throughout or nowhere. */
const looked = 200;

/** Whether a source has stored times that state no zone of their own: their local day, or they themselves, are those of the zone declared then. */
export async function hasLocalTimes(store: Store, source: string): Promise<boolean> {
  const { db } = store;
  const row = await db.selectFrom('source').select('participant').where('id', '=', source).executeTakeFirst();
  if (!row?.participant) return false;
  const key = await store.keys.key(row.participant);
  const records = await db.selectFrom('record').select(['id', 'body']).where('source', '=', source).limit(looked).execute();
  if (records.some((one) => openRecord(key, one).time.zone !== 'stated')) return true;
  const series = await db
    .selectFrom('series')
    .select(['id', 'body'])
    .where('source', '=', source)
    .where('form', '=', 'samples')
    .limit(looked)
    .execute();
  return series.some((one) => decodeSamples(unseal(key, `series|${one.id}`, one.body)).zone !== 'stated');
}
