import type { Transaction } from 'kysely';
import type { ExclusionReason } from '../../schema/source.ts';
import { holdForDeletions } from './deletions.ts';
import { eraseAlerts } from './erase.ts';
import { eraseQuarantined, eraseRecord } from './erase-unit.ts';
import type { Store } from './open.ts';
import { openRecord } from './records.ts';
import type { Tables } from './tables.ts';
import { dropSeries, type Refuse, seriesPage } from './uncovered-series.ts';
import { cleanFiles, markErasing } from './withdraw.ts';

/** Units of a source that are stored, though the participant's consent does not cover them. */
export interface Uncovered {
  source: string;
  type: 'post' | 'event' | 'self-report' | 'series';
  reason: ExclusionReason;
  units: number;
}

export interface UncoveredErasure {
  uncovered: Uncovered[];
  /** Copies of erased records that could not be read. */
  quarantined: number;
  scores: number;
  /** Alerts that rested on nothing else. */
  alerts: string[];
}

type RecordRow = Pick<Tables['record'], 'id' | 'source' | 'batch' | 'day' | 'type' | 'record_key' | 'body'>;

/** Rows that are judged at a time, and erased in one transaction. */
const slice = 500;

/** What consent does not cover of what is stored, counted; nothing is changed. */
export async function uncovered(store: Store, participant: string, refuse: Refuse): Promise<Uncovered[]> {
  const counts = new Counts();
  const key = await store.keys.key(participant);
  for (let after: string | null = ''; after !== null; ) {
    const page = await recordPage(store.db, participant, after);
    for (const row of page.rows) counts.add(row.source, row.type, refusedRecord(key, row, refuse), 1);
    after = page.after;
  }
  for (let after: string | null = ''; after !== null; ) {
    const page = await seriesPage(store.db, key, participant, after, refuse);
    for (const { row, refused } of page.rows) for (const [reason, units] of refused) counts.add(row.source, 'series', reason, units);
    after = page.after;
  }
  return counts.list();
}

/**
 * Erases what consent does not cover: records in all their versions that it refuses, samples and recordings, their scores, and alerts that
 * rested on nothing else. The ledger moves their units to erased, with the reason. A slice is one transaction: killed on the way it goes on
 * when called again, and called again it finds nothing.
 * @param size rows of a slice
 */
export async function eraseUncovered(store: Store, participant: string, refuse: Refuse, size = slice): Promise<UncoveredErasure> {
  const counts = new Counts();
  const result: UncoveredErasure = { uncovered: [], quarantined: 0, scores: 0, alerts: [] };
  const key = await store.keys.key(participant);
  const each = async (work: (tx: Transaction<Tables>, after: string) => Promise<string | null>) => {
    for (let after: string | null = ''; after !== null; ) {
      const from: string = after;
      after = await store.db.transaction().execute(async (tx) => {
        await holdForDeletions(store, tx, participant, true);
        return work(tx, from);
      });
    }
  };
  await each(async (tx, after) => {
    const page = await recordPage(tx, participant, after, size);
    const refused = page.rows.flatMap((row) => {
      const reason = refusedRecord(key, row, refuse);
      return reason === null ? [] : [{ row, reason }];
    });
    if (refused.length === 0) return page.after;
    await markErasing(tx, 'consent');
    const ids = refused.map(({ row }) => row.id);
    const scores = await tx.selectFrom('score').select('id').where('record', 'in', ids).execute();
    const alerts = await alertsOf(
      tx,
      scores.map(({ id }) => id),
    );
    for (const { row, reason } of refused) {
      await eraseRecord(tx, row, reason);
      result.quarantined += await eraseCopies(tx, row, reason);
    }
    result.alerts.push(...(await eraseBare(tx, alerts)));
    result.scores += scores.length;
    for (const { row, reason } of refused) counts.add(row.source, row.type, reason, 1);
    return page.after;
  });
  await each(async (tx, after) => {
    const page = await seriesPage(tx, key, participant, after, refuse, size);
    if (page.rows.length === 0) return page.after;
    await markErasing(tx, 'consent');
    const { scores, alerts } = await dropSeries(store, tx, key, participant, page.rows, alertsOf);
    result.alerts.push(...(await eraseBare(tx, alerts)));
    result.scores += scores;
    for (const { row, refused } of page.rows) for (const [reason, units] of refused) counts.add(row.source, 'series', reason, units);
    return page.after;
  });
  return { ...result, uncovered: counts.list() };
}

/** Has the files hold nothing of what was erased: the key that it is sealed with stays. False when a reader kept them from it. */
export async function forgetUncovered(store: Store): Promise<boolean> {
  return cleanFiles(store);
}

async function recordPage(db: Store['db'] | Transaction<Tables>, participant: string, after: string, size = slice) {
  const rows: RecordRow[] = await db
    .selectFrom('record')
    .select(['id', 'source', 'batch', 'day', 'type', 'record_key', 'body'])
    .where('participant', '=', participant)
    .where('id', '>', after)
    .orderBy('id')
    .limit(size)
    .execute();
  return { rows, after: rows.length < size ? null : (rows.at(-1)?.id ?? null) };
}

function refusedRecord(key: Buffer, row: RecordRow, refuse: Refuse): ExclusionReason | null {
  return refuse({ is: 'record', units: 1, end: 0, day: row.day, record: openRecord(key, row) });
}

/** Copies in quarantine of the record go with it, as when its source deletes it. */
async function eraseCopies(tx: Transaction<Tables>, { source, record_key: key }: RecordRow, reason: ExclusionReason): Promise<number> {
  const copies = await tx
    .selectFrom('quarantine')
    .select(['id', 'batch', 'day', 'units', 'reason'])
    .where('record_key', '=', key)
    .where('source', '=', source)
    .orderBy('id')
    .execute();
  for (const copy of copies) await eraseQuarantined(tx, copy, reason);
  return copies.reduce((sum, copy) => sum + copy.units, 0);
}

/** Alerts that rest on any of these scores. */
async function alertsOf(tx: Transaction<Tables>, scores: readonly string[]): Promise<string[]> {
  const alerts = new Set<string>();
  for (let i = 0; i < scores.length; i += 500) {
    const rows = await tx
      .selectFrom('alert_score')
      .select('alert')
      .distinct()
      .where('score', 'in', scores.slice(i, i + 500))
      .execute();
    for (const { alert } of rows) alerts.add(alert);
  }
  return [...alerts];
}

/** Erases those alerts that have no score left. */
async function eraseBare(tx: Transaction<Tables>, alerts: readonly string[]): Promise<string[]> {
  if (alerts.length === 0) return [];
  const left = await tx.selectFrom('alert_score').select('alert').distinct().where('alert', 'in', alerts).execute();
  const kept = new Set(left.map(({ alert }) => alert));
  const bare = alerts.filter((alert) => !kept.has(alert)).sort();
  await eraseAlerts(tx, bare);
  return bare;
}

class Counts {
  readonly #units = new Map<string, Uncovered>();

  add(source: string, type: Uncovered['type'], reason: ExclusionReason | null, units: number): void {
    if (reason === null) return;
    const name = `${source} ${type} ${reason}`;
    const row = this.#units.get(name) ?? { source, type, reason, units: 0 };
    row.units += units;
    this.#units.set(name, row);
  }

  list(): Uncovered[] {
    return [...this.#units].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, row]) => row);
  }
}
