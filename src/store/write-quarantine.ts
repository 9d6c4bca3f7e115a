import type { Transaction } from 'kysely';
import type { Parsed } from '../../schema/source.ts';
import { holdsAny, tokensIn } from './deleted-bytes.ts';
import { anyDeleted, deletedTokens, deletedVersions } from './deletions.ts';
import type { Store } from './open.ts';
import type { Owner } from './series.ts';
import { insertSlices, knownIds } from './slices.ts';
import type { Tables } from './tables.ts';
import type { Tally } from './tally.ts';

/** A broken unit on its way in, and the record that it would be, where its id could be read. */
export interface IncomingQuarantine {
  row: Tables['quarantine'];
  of: NonNullable<Extract<Parsed, { is: 'quarantined' }>['of']> | null;
  raw: Buffer;
}

/**
 * Keeps units that could not be read, and counts each. The same broken unit in an overlapping export is a duplicate, as a whole one
 * would be; a copy of what was deleted is not kept either, nor one without an id that holds the key of what was.
 */
export async function writeQuarantine(
  tx: Transaction<Tables>,
  store: Store,
  owner: Owner,
  units: readonly IncomingQuarantine[],
  tally: Tally,
): Promise<void> {
  if (units.length === 0) return;
  const known = await knownIds(
    tx,
    'quarantine',
    units.map(({ row }) => row),
  );
  const named = units.flatMap(({ row, of }) => (of === null || row.record_key === null ? [] : [{ key: row.record_key, ...of }]));
  const copies = {
    count: named.length,
    key: (i: number) => (named[i] as (typeof named)[number]).key,
    type: (i: number) => (named[i] as (typeof named)[number]).type,
    recordIds: named.map(({ recordId }) => recordId),
  };
  const deleted = named.length === 0 ? null : await deletedVersions(tx, owner, copies);
  const nameless = await namelessCopies(tx, owner, units);
  const fresh: Tables['quarantine'][] = [];
  for (const { row } of units) {
    const day = row.day === '' ? null : row.day;
    if (known.has(row.id)) tally.add('duplicate', day, row.units);
    else if (nameless.has(row.id) || (row.record_key !== null && deleted?.has(row.record_key))) tally.add('erased', day, row.units);
    else {
      known.add(row.id);
      fresh.push(row);
      tally.add('quarantined', day, row.units, row.reason);
    }
  }
  await insertSlices(tx, 'quarantine', fresh, store.adapter);
}

/** Ids of units without a readable id that hold the key of what was deleted. A push that is set aside is looked through line by line. */
async function namelessCopies(tx: Transaction<Tables>, owner: Owner, units: readonly IncomingQuarantine[]): Promise<Set<string>> {
  const looked = units.filter(({ row, of }) => of === null && row.reason !== 'reader-killed');
  if (looked.length === 0 || !(await anyDeleted(tx, owner))) return new Set();
  const deleted = await deletedTokens(tx, owner, new Set(looked.flatMap(({ raw }) => [...tokensIn(raw)])));
  return new Set(looked.flatMap(({ row, raw }) => (holdsAny(raw, deleted) ? [row.id] : [])));
}
