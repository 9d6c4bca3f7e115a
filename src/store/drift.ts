import { sql } from 'kysely';
import type { DriftChange } from '../../schema/source.ts';
import { now } from './clock.ts';
import type { Store } from './open.ts';
import { seal, unseal } from './seal.ts';
import type { Owner } from './series.ts';
import { requireNotErased } from './sources.ts';

/** A change of an outside format, as `status` shows it. */
export interface DriftRow {
  source: string;
  kind: string;
  /** The outside name where it may be seen, else its keyed hash. */
  name: string;
  firstAt: string;
  lastAt: string;
  /** Arrivals in which it was seen. */
  arrivals: number;
  /** Since when a newer parser has read an arrival without reporting it; null while it is open. */
  clearedAt: string | null;
}

/** Remembers outside names that the parser of this version did not know, those that it missed, and what had changed. */
export async function noteDrift(store: Store, owner: Owner, parser: number, changes: readonly DriftChange[]): Promise<void> {
  if (changes.length === 0) return;
  const at = now();
  const rows = changes.map(({ kind, name }) => {
    const nameKey = owner.hash('drift', name).slice(0, 16);
    const sealed = seal(owner.key, `drift|${owner.source}|${nameKey}`, name);
    const { source, batch } = owner;
    return { source, kind, name_key: nameKey, name: sealed, batch, first_at: at, last_at: at, arrivals: 1, parser, cleared_at: null };
  });
  await store.db.transaction().execute(async (tx) => {
    await requireNotErased(store, tx, owner.source);
    for (const row of rows) {
      await tx
        .insertInto('drift')
        .values(row)
        .onConflict((c) =>
          c.columns(['source', 'kind', 'name_key']).doUpdateSet({
            // An arrival of many parts counts once.
            arrivals: sql`case when drift.batch = ${row.batch} then drift.arrivals else drift.arrivals + 1 end`,
            batch: row.batch,
            last_at: at,
            parser,
            cleared_at: null,
          }),
        )
        .execute();
    }
  });
}

/** Clears what an older parser reported of a source and this one, that has just read an arrival to its end, did not. */
export async function clearDrift(store: Store, source: string, parser: number): Promise<void> {
  await store.db
    .updateTable('drift')
    .set({ cleared_at: now() })
    .where('source', '=', source)
    .where('parser', '<', parser)
    .where('cleared_at', 'is', null)
    .execute();
}

/** Clears what was reported under another mapping: what still holds is reported again. */
export async function closeDrift(store: Store, source: string): Promise<void> {
  await store.db.updateTable('drift').set({ cleared_at: now() }).where('source', '=', source).where('cleared_at', 'is', null).execute();
}

/** Changes of a study's outside formats. `named` gives the names themselves, to those who may see them. */
export async function driftRows(store: Store, study: string, named: boolean): Promise<DriftRow[]> {
  const rows = await store.db
    .selectFrom('drift')
    .innerJoin('source', 'source.id', 'drift.source')
    .select([
      'drift.source',
      'source.participant',
      'drift.kind',
      'drift.name_key',
      'drift.name',
      'first_at',
      'last_at',
      'arrivals',
      'cleared_at',
    ])
    .where('source.study', '=', study)
    .orderBy('drift.source')
    .orderBy('drift.kind')
    .orderBy('drift.name_key')
    .execute();
  const list: DriftRow[] = [];
  for (const row of rows) {
    const { source, kind, name_key, arrivals } = row;
    const name =
      (named || kind === 'assumed') && row.participant
        ? unseal(await store.keys.key(row.participant), `drift|${source}|${name_key}`, row.name).toString('utf8')
        : name_key;
    list.push({ source, kind, name, firstAt: row.first_at, lastAt: row.last_at, arrivals, clearedAt: row.cleared_at });
  }
  return list;
}
