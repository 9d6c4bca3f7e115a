import { sql, type Transaction } from 'kysely';
import type { Frame, Parsed } from '../../schema/source.ts';
import { recordKey } from './deletions.ts';
import type { Store } from './open.ts';
import { seal, unseal } from './seal.ts';
import type { Owner } from './series.ts';
import type { Tables } from './tables.ts';

type QuarantineRow = Tables['quarantine'];

/** What is wrong, with what, and with how many units. */
interface Broken {
  reason: string;
  units: number;
  raw: Buffer;
  field: string | null;
  frame: Frame | null;
  /** The record that it would be, where its id could be read. */
  of: { type: string; recordId: string } | null;
}

/** A broken unit as a row: its id names source, reason and content, so that the same one in an overlapping export is the same row. */
export function quarantineRow(owner: Owner, place: { part: number; unit: number }, item: Parsed, broken: Broken): QuarantineRow {
  const { reason, units, raw, field, frame, of } = broken;
  const { study, participant, source, batch } = owner;
  // Of several units that stand in the same bytes each is its own.
  const which = (frame?.among ?? 1) === 1 ? [] : [String(frame?.at ?? 0)];
  const name =
    raw.length > 0
      ? owner.hash('quarantine', source, reason, String(units), raw, ...which)
      : owner.hash('quarantine', batch, String(place.part), String(place.unit));
  const id = name.slice(0, 32);
  return {
    ...{ id, study, participant, source, batch, reason, field, ...place, position: item.end, units },
    day: item.day ?? '',
    raw: seal(owner.key, `quarantine|${id}`, raw),
    frame: frame === null ? null : seal(owner.key, `quarantine|${id}|frame`, encodeFrame(frame)),
    record_key: of === null ? null : recordKey(owner, owner.kind, of.type, of.recordId),
  };
}

function encodeFrame({ before, after, units = 0, among = 1, at = 0 }: Frame): string {
  return JSON.stringify([before.toString('latin1'), after.toString('latin1'), units, among, at]);
}

/** The bytes of a quarantined unit. */
export function openRaw(key: Buffer, row: Pick<QuarantineRow, 'id' | 'raw'>): Buffer {
  return unseal(key, `quarantine|${row.id}`, row.raw);
}

/** What must stand around a quarantined unit, or null where it cannot be read by itself. */
export function openFrame(key: Buffer, row: Pick<QuarantineRow, 'id' | 'frame'>): Frame | null {
  if (row.frame === null) return null;
  const [before, after, units, among = 1, at = 0] = JSON.parse(unseal(key, `quarantine|${row.id}|frame`, row.frame).toString('utf8')) as [
    string,
    string,
    number,
    number?,
    number?,
  ];
  return { before: Buffer.from(before, 'latin1'), after: Buffer.from(after, 'latin1'), units, among, at };
}

/** Keeps what a part was to its parser, once; null where that cannot be kept. */
export async function keepPart(tx: Transaction<Tables>, owner: Owner, part: number, facts: Buffer | null): Promise<void> {
  if (facts === null) return;
  const sealed = seal(owner.key, `quarantine_part|${owner.batch}|${part}`, facts);
  await tx
    .insertInto('quarantine_part')
    .values({ batch: owner.batch, part, facts: sealed })
    .onConflict((c) => c.doNothing())
    .execute();
}

export async function partFacts(store: Store, key: Buffer, batch: string, part: number): Promise<Buffer | null> {
  const row = await store.db
    .selectFrom('quarantine_part')
    .select('facts')
    .where('batch', '=', batch)
    .where('part', '=', part)
    .executeTakeFirst();
  return row ? unseal(key, `quarantine_part|${batch}|${part}`, row.facts) : null;
}

/**
 * Takes rows of a batch out of quarantine and out of its ledger, so that their units can be written again.
 * @returns ids of those that were there
 */
export async function takeFromQuarantine(tx: Transaction<Tables>, batch: string, ids: readonly string[]): Promise<Set<string>> {
  const rows =
    ids.length === 0
      ? []
      : await tx
          .selectFrom('quarantine')
          .select(['id', 'units', 'day', 'reason'])
          .where('id', 'in', ids)
          .where('batch', '=', batch)
          .execute();
  const days = sums(rows, (row) => row.day);
  const reasons = sums(rows, (row) => row.reason);
  const all = rows.reduce((sum, row) => sum + row.units, 0);
  const less = (units: number) => ({ received: sql<number>`received - ${units}`, quarantined: sql<number>`quarantined - ${units}` });
  await tx.updateTable('batch').set(less(all)).where('id', '=', batch).execute();
  for (const [day, units] of days)
    await tx.updateTable('ledger').set(less(units)).where('batch', '=', batch).where('day', '=', day).execute();
  for (const [reason, units] of reasons) {
    await tx
      .updateTable('outcome_reason')
      .set({ units: sql<number>`units - ${units}` })
      .where('batch', '=', batch)
      .where('outcome', '=', 'quarantined')
      .where('reason', '=', reason)
      .execute();
  }
  await tx.deleteFrom('ledger').where('batch', '=', batch).where('received', '=', 0).execute();
  await tx.deleteFrom('outcome_reason').where('batch', '=', batch).where('units', '<=', 0).execute();
  const found = rows.map((row) => row.id);
  if (found.length > 0) await tx.deleteFrom('quarantine').where('id', 'in', found).execute();
  return new Set(found);
}

function sums<T extends { units: number }>(rows: readonly T[], name: (row: T) => string): Map<string, number> {
  const sum = new Map<string, number>();
  for (const row of rows) sum.set(name(row), (sum.get(name(row)) ?? 0) + row.units);
  return sum;
}
