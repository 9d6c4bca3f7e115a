import { sql, type Transaction } from 'kysely';
import { feedMedia, pushMedia } from '../../schema/streams.ts';
import { holdsAny, tokensIn } from './deleted-bytes.ts';
import { anyDeleted, type Deletion, deletedTokens, soughtOf } from './deletions.ts';
import { eraseQuarantined } from './erase-unit.ts';
import { holdParticipant } from './hold-participant.ts';
import type { Store } from './open.ts';
import { openRaw } from './quarantine.ts';
import { seal } from './seal.ts';
import type { Owner } from './series.ts';
import type { Tables } from './tables.ts';

type Row = Pick<Tables['quarantine'], 'id' | 'source' | 'batch' | 'day' | 'units' | 'unit' | 'reason' | 'raw'>;
type Matches = (bytes: Buffer) => boolean;

const columns = ['id', 'source', 'batch', 'day', 'units', 'unit', 'reason', 'raw'] as const;

/** Rows that are looked at in one go, and bytes that are opened with them: a row may hold a whole push. */
const page = { rows: 500, bytes: 8 * 1024 * 1024 };

/** Pushes of which each line is a unit by itself. */
const ofLines: ReadonlySet<string> = new Set([pushMedia.ndjson, feedMedia.jetstream, feedMedia.mastodon]);

/**
 * Erases what lies in quarantine without an id that could be read, and holds the key of one of these deleted records: units as a whole, of
 * a push that was set aside the lines. Looked for are keys that stand nowhere by chance; those of other ids are found by nobody.
 */
export async function eraseNameless(tx: Transaction<Tables>, owner: Owner, deletions: readonly Deletion[]): Promise<void> {
  const sought = deletions.flatMap((deletion) => soughtOf(deletion) ?? []);
  if (sought.length === 0) return;
  const everywhere = new Set(sought.flatMap(({ token, anywhere }) => (anywhere ? [token] : [])));
  const here = new Set(sought.map(({ token }) => token));
  const all = tx.selectFrom('source').select('id').where('participant', '=', owner.participant).orderBy('id');
  for (const { id: source } of await all.execute()) {
    const tokens = source === owner.source ? here : everywhere;
    if (tokens.size === 0) continue;
    const matches: Matches = (bytes) => holdsAny(bytes, tokens);
    for (let after = ''; ; ) {
      const rows = await tx
        .selectFrom('quarantine')
        .select(['id', sql<number>`length(raw)`.as('bytes')])
        .where('source', '=', source)
        .where('record_key', 'is', null)
        .where('id', '>', after)
        .orderBy('id')
        .limit(page.rows)
        .execute();
      for (const ids of upTo(page.bytes, rows)) {
        const some: Row[] = await tx.selectFrom('quarantine').select(columns).where('id', 'in', ids).orderBy('id').execute();
        for (const row of some) await eraseMatching(tx, owner, row, await mediaOf(tx, row), matches);
      }
      const last = rows.at(-1);
      if (last === undefined || rows.length < page.rows) break;
      after = last.id;
    }
  }
}

/** Ids in their order, of so many bytes at a time, or one that has more. */
function upTo(most: number, rows: readonly { id: string; bytes: number }[]): string[][] {
  const slices: string[][] = [];
  let sum = 0;
  for (const { id, bytes } of rows) {
    sum += Number(bytes);
    const open = slices.at(-1);
    if (open !== undefined && sum <= most) open.push(id);
    else {
      slices.push([id]);
      sum = Number(bytes);
    }
  }
  return slices;
}

/** The same for a push that has just been set aside, against all that was deleted before. */
export async function eraseDeletedLines(store: Store, owner: Owner, media: string): Promise<void> {
  await store.db.transaction().execute(async (tx) => {
    await holdParticipant(store, tx, owner.participant, true);
    if (!(await anyDeleted(tx, owner))) return;
    const set = tx.selectFrom('quarantine').select(columns).where('batch', '=', owner.batch).where('reason', '=', 'reader-killed');
    for (const row of await set.execute()) {
      const deleted = await deletedTokens(tx, owner, tokensIn(openRaw(owner.key, row)));
      if (deleted.size > 0) await eraseMatching(tx, owner, row, media, (bytes) => holdsAny(bytes, deleted));
    }
  });
}

async function eraseMatching(tx: Transaction<Tables>, owner: Owner, row: Row, media: string | null, matches: Matches): Promise<void> {
  const raw = openRaw(owner.key, row);
  if (!matches(raw)) return;
  if (media === null || !ofLines.has(media)) return eraseQuarantined(tx, row);
  const { kept, left, cut } = withoutLines(raw, row.unit, matches);
  if (left === 0 && cut > 0) {
    await eraseQuarantined(tx, row);
    await addErased(tx, row, cut - 1);
    return;
  }
  await tx
    .updateTable('quarantine')
    .set({ raw: seal(owner.key, `quarantine|${row.id}`, kept) })
    .where('id', '=', row.id)
    .execute();
  await addErased(tx, row, cut);
}

/** Of a push that was set aside whole, what it is; null of a unit. */
async function mediaOf(tx: Transaction<Tables>, { batch, reason }: Row): Promise<string | null> {
  if (reason !== 'reader-killed') return null;
  const row = await tx.selectFrom('inbox').select('media').where('batch', '=', batch).executeTakeFirst();
  return row?.media ?? null;
}

/**
 * Lines without those that match. One before the place that was reached had been read and is counted already: of it an empty object stays, or
 * the reader would go on at another line.
 * @returns what is kept; lines that are still to be read, and those that were taken out of them
 */
function withoutLines(raw: Buffer, reached: number, matches: Matches): { kept: Buffer; left: number; cut: number } {
  const kept: Buffer[] = [];
  let [line, left, cut] = [0, 0, 0];
  for (let from = 0; from < raw.length; ) {
    const end = raw.indexOf(0x0a, from);
    const bytes = raw.subarray(from, end === -1 ? raw.length : end + 1);
    from += bytes.length;
    const blank = bytes.toString('latin1').trim() === '';
    const match = !blank && matches(bytes);
    const read = line < reached;
    if (!blank) line += 1;
    if (match && read) kept.push(Buffer.from('{}\n'));
    else if (match) cut += 1;
    else kept.push(bytes);
    if (!blank && !match && !read) left += 1;
  }
  return { kept: Buffer.concat(kept), left, cut };
}

/** Lines of a push that was counted as one unit, told apart by being erased. */
async function addErased(tx: Transaction<Tables>, { batch, day }: Row, units: number): Promise<void> {
  if (units === 0) return;
  const more = { received: sql<number>`received + ${units}`, erased: sql<number>`erased + ${units}` };
  await tx.updateTable('batch').set(more).where('id', '=', batch).execute();
  const none = { stored: 0, duplicate: 0, quarantined: 0, excluded: 0 };
  await tx
    .insertInto('ledger')
    .values({ batch, day, received: units, ...none, erased: units })
    .onConflict((c) =>
      c.columns(['batch', 'day']).doUpdateSet({
        received: sql<number>`ledger.received + ${units}`,
        erased: sql<number>`ledger.erased + ${units}`,
      }),
    )
    .execute();
}
