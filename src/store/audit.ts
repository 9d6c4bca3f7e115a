import { createHmac, timingSafeEqual } from 'node:crypto';
import { sql, type Transaction } from 'kysely';
import { now } from './clock.ts';
import type { Store } from './open.ts';
import type { Tables } from './tables.ts';

/** What somebody did. `object` names a row of ours (an alert, a run); never text, never an outside id. */
export interface AuditEntry {
  actor: string;
  action: string;
  study: string | null;
  object: string | null;
}

type AuditRow = Tables['audit'];
const headKey = 'audit-head';
const start = '0'.repeat(64);

/** A row's hash covers the row before it, so that none can be changed, moved or taken out of the middle unseen. */
function chain(store: Store, previous: string, row: Omit<AuditRow, 'hash'>): string {
  const content = JSON.stringify([previous, row.number, row.at, row.actor, row.action, row.study, row.object]);
  return createHmac('sha256', store.secrets.audit).update(content).digest('hex');
}

/** Signed length of the chain: rows taken off its end are missed too. */
function head(store: Store, number: number, hash: string): string {
  return `${number}:${createHmac('sha256', store.secrets.audit).update(`head|${number}|${hash}`).digest('hex')}`;
}

/** Appends to the audit, in the caller's transaction where there is one. */
export async function appendAudit(store: Store, entry: AuditEntry, tx?: Transaction<Tables>): Promise<void> {
  if (tx) return append(store, entry, tx);
  await store.db.transaction().execute((own) => append(store, entry, own));
}

/**
 * Does what is audited: the asking is told before, so that a crash leaves no act without a line, and the act behind it. An act that
 * was refused keeps the first line alone.
 */
export async function audited(store: Store, entry: AuditEntry, act: () => Promise<void>): Promise<void> {
  await appendAudit(store, { ...entry, action: `${entry.action}-asked` });
  await act();
  await appendAudit(store, entry);
}

async function append(store: Store, entry: AuditEntry, tx: Transaction<Tables>): Promise<void> {
  if (store.adapter.name === 'postgres') await sql`lock table audit in exclusive mode`.execute(tx);
  const last = await tx.selectFrom('audit').select(['number', 'hash']).orderBy('number', 'desc').limit(1).executeTakeFirst();
  const row = { number: (last?.number ?? 0) + 1, at: now(), ...entry };
  const hash = chain(store, last?.hash ?? start, row);
  await tx
    .insertInto('audit')
    .values({ ...row, hash })
    .execute();
  const value = head(store, row.number, hash);
  await tx
    .insertInto('meta')
    .values({ key: headKey, value })
    .onConflict((c) => c.column('key').doUpdateSet({ value }))
    .execute();
}

/** What `verifyAudit` found: the number of the first row that does not fit, or that the end is missing. */
export interface AuditCheck {
  intact: boolean;
  rows: number;
  firstBad: number | null;
  endMissing: boolean;
}

/** Recomputes the chain from its first row, a slice at a time. */
export async function verifyAudit(store: Store): Promise<AuditCheck> {
  let previous = start;
  let number = 0;
  for (;;) {
    const rows = await store.db.selectFrom('audit').selectAll().where('number', '>', number).orderBy('number').limit(1000).execute();
    if (rows.length === 0) break;
    for (const row of rows) {
      const fits = row.number === number + 1 && same(row.hash, chain(store, previous, row));
      if (!fits) return { intact: false, rows: number, firstBad: row.number, endMissing: false };
      previous = row.hash;
      number = row.number;
    }
  }
  const kept = await store.db.selectFrom('meta').select('value').where('key', '=', headKey).executeTakeFirst();
  const endMissing = number === 0 ? kept !== undefined : !kept || !same(kept.value, head(store, number, previous));
  return { intact: !endMissing, rows: number, firstBad: null, endMissing };
}

function same(a: string, b: string): boolean {
  const [left, right] = [Buffer.from(a), Buffer.from(b)];
  return left.length === right.length && timingSafeEqual(left, right);
}

/** The newest entries first. */
export async function listAudit(store: Store, limit: number): Promise<AuditRow[]> {
  return store.db.selectFrom('audit').selectAll().orderBy('number', 'desc').limit(limit).execute();
}
