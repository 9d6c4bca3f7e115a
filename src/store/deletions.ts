import { sql, type Transaction } from 'kysely';
import type { StoredRecord } from '../../schema/records.ts';
import { needleOf } from './deleted-bytes.ts';
import { eraseQuarantined, eraseRecords } from './erase-unit.ts';
import type { Owner } from './series.ts';
import type { Tables } from './tables.ts';

/** A record that its source took back; `at` is ISO in UTC. */
export interface Deletion {
  type: StoredRecord['type'];
  recordId: string;
  at: string;
}

/** An address, or a number that no other post of a service has: it means the same post in whatever source it stands. */
const namesAlone = (recordId: string) => /^[a-z][a-z0-9+.-]*:\/\/|^\d{15,}$/i.test(recordId);

/** What names a record within its kind. */
export function recordKey(owner: Pick<Owner, 'hash' | 'participant'>, kind: string, type: string, recordId: string): string {
  return owner.hash('record', owner.participant, kind, type, recordId);
}

/** What names a record whichever kind brought it, or null where its id does not. */
function keyAnywhere({ hash, participant }: Owner, type: string, recordId: string): string | null {
  return namesAlone(recordId) ? hash('deletion', participant, type, recordId) : null;
}

/** What marks a key that a deleted record's id ends with, for bytes whose own id nobody can read. */
function tokenKey({ hash, participant, source }: Owner, token: string, anywhere: boolean): string {
  return anywhere ? hash('deletion-token', participant, token) : hash('deletion-token', participant, source, token);
}

/** What to look for of a deleted record, and whether in all of the participant's sources. */
export function soughtOf({ recordId }: Pick<Deletion, 'recordId'>): { token: string; anywhere: boolean } | null {
  const found = needleOf(recordId);
  return found === null ? null : { token: found, anywhere: namesAlone(recordId) };
}

/**
 * Erases the stored versions of a record up to `at`, with what was made of them, and its copies in quarantine, and remembers that none
 * of them may come back: a deletion may overtake what it deletes. Where its id means the same everywhere, copies in the participant's
 * other sources go too. In the ledger their units move to erased, on their own day and batch.
 */
export async function deleteRecord(tx: Transaction<Tables>, owner: Owner, { type, recordId, at }: Deletion): Promise<void> {
  const own = recordKey(owner, owner.kind, type, recordId);
  const anywhere = keyAnywhere(owner, type, recordId);
  const sought = soughtOf({ recordId });
  const marks = [own, anywhere, sought && tokenKey(owner, sought.token, sought.anywhere)];
  for (const key of marks.filter((mark) => mark !== null)) {
    await tx
      .insertInto('deletion')
      .values({ source: owner.source, record_key: key, at })
      .onConflict((c) =>
        c.columns(['source', 'record_key']).doUpdateSet({ at: sql`case when deletion.at < ${at} then ${at} else deletion.at end` }),
      )
      .execute();
  }
  const sources =
    anywhere === null
      ? [{ id: owner.source, kind: owner.kind }]
      : await tx.selectFrom('source').select(['id', 'kind']).where('participant', '=', owner.participant).orderBy('id').execute();
  for (const { id, kind } of sources) {
    const key = recordKey(owner, kind, type, recordId);
    const rows = await tx
      .selectFrom('record')
      .select(['id', 'batch', 'day', 'input_id'])
      .where('source', '=', id)
      .where('record_key', '=', key)
      .where((eb) => eb.fn.coalesce('stated_until', 'version'), '<=', at)
      .orderBy('id')
      .execute();
    await eraseRecords(tx, rows);
    const copies = await tx
      .selectFrom('quarantine')
      .select(['id', 'batch', 'day', 'units', 'reason'])
      .where('record_key', '=', key)
      .where('source', '=', id)
      .orderBy('id')
      .execute();
    for (const copy of copies) await eraseQuarantined(tx, copy);
  }
}

/** Records on their way in: their keys and types, and the source's own ids of them. */
export interface Incoming {
  readonly count: number;
  key(i: number): string;
  type(i: number): string;
  readonly recordIds: readonly string[];
}

/** Keys of those records given that a source of the participant has deleted, each with the last version that is gone. */
export async function deletedVersions(tx: Transaction<Tables>, owner: Owner, records: Incoming): Promise<Map<string, string>> {
  const deleted = new Map<string, string>();
  const sources = sourcesOf(tx, owner);
  if (!(await anyDeleted(tx, owner))) return deleted;
  for (let from = 0; from < records.count; from += 500) {
    const anywhere = new Map<string, string>();
    for (let i = from; i < Math.min(from + 500, records.count); i++) {
      const key = records.key(i);
      anywhere.set(key, key);
      const other = keyAnywhere(owner, records.type(i), records.recordIds[i] as string);
      if (other !== null) anywhere.set(other, key);
    }
    const rows = await tx
      .selectFrom('deletion')
      .select(['source', 'record_key', 'at'])
      .where('source', 'in', sources)
      .where('record_key', 'in', [...anywhere.keys()])
      .execute();
    for (const row of rows) {
      const key = anywhere.get(row.record_key) as string;
      // What an id means only within its source another source has not deleted.
      if (key === row.record_key && row.source !== owner.source) continue;
      const known = deleted.get(key);
      if (known === undefined || known < row.at) deleted.set(key, row.at);
    }
  }
  return deleted;
}

/** Those of these tokens that a deleted record's id ends with. */
export async function deletedTokens(tx: Transaction<Tables>, owner: Owner, tokens: Iterable<string>): Promise<Set<string>> {
  const found = new Set<string>();
  const keys = new Map<string, string>();
  for (const one of tokens) for (const anywhere of [true, false]) keys.set(tokenKey(owner, one, anywhere), one);
  const all = [...keys.keys()];
  for (let i = 0; i < all.length; i += 1000) {
    const rows = await tx
      .selectFrom('deletion')
      .select('record_key')
      .where('source', 'in', sourcesOf(tx, owner))
      .where('record_key', 'in', all.slice(i, i + 1000))
      .execute();
    for (const { record_key } of rows) found.add(keys.get(record_key) as string);
  }
  return found;
}

function sourcesOf(tx: Transaction<Tables>, { participant }: Owner) {
  return tx.selectFrom('source').select('id').where('participant', '=', participant);
}

/** Most participants never take anything back. */
export async function anyDeleted(tx: Transaction<Tables>, owner: Owner): Promise<boolean> {
  const any = await tx.selectFrom('deletion').select('at').where('source', 'in', sourcesOf(tx, owner)).limit(1).executeTakeFirst();
  return any !== undefined;
}
