import type { Transaction } from 'kysely';
import { AfferentError } from '../../schema/errors.ts';
import type { ExclusionReason } from '../../schema/source.ts';
import { eraseAlerts, lockAlerts } from './erase.ts';
import { eraseQuarantined, eraseRecords, scoresOf } from './erase-unit.ts';
import { holdParticipant } from './hold-participant.ts';
import type { Store } from './open.ts';
import { statedConsent } from './participants.ts';
import { openRecord } from './records.ts';
import { tableScores } from './signal-tables/erase.ts';
import type { Tables } from './tables.ts';
import { markToForget } from './to-forget.ts';
import { transactAgain } from './try-again.ts';
import { dropSeries, goesIntoTables, type Refuse, type SeriesPlace, seriesPage, seriesSlice } from './uncovered-series.ts';
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
  /** Asked to stop, it did so between two slices; called again it goes on. */
  interrupted: boolean;
}

type RecordRow = Pick<Tables['record'], 'id' | 'source' | 'batch' | 'day' | 'type' | 'record_key' | 'input_id' | 'body'>;

/** A record that must not be kept, and why. */
interface RefusedRecord {
  row: RecordRow;
  reason: ExclusionReason;
}

/** What one transaction has erased: counted once it is committed. */
interface Erased {
  units: Uncovered[];
  quarantined: number;
  scores: number;
  alerts: string[];
}

interface Slice<Place> {
  /** Behind which place the next one begins; null at the end. */
  after: Place | null;
  /** Null where nothing was to be erased. */
  erased: Erased | null;
}

/** Behind which record of a source a page begins. */
type RecordPlace = Pick<RecordRow, 'record_key' | 'id'>;

/** Rows that are judged at a time, and erased in one transaction. */
const slice = 500;

/** What consent does not cover, and what goes with it. */
export interface UncoveredPreview {
  units: Uncovered[];
  /** All of the participant's scores of minutes and days, where anything goes that those may have been told by. */
  tableScores: number;
}

/**
 * What consent does not cover of what is stored, counted; nothing is changed.
 * @throws AfferentError `interrupted`
 */
export async function uncovered(store: Store, participant: string, refuse: Refuse, signal?: AbortSignal): Promise<UncoveredPreview> {
  const counts = new Counts();
  let ofTables = false;
  const key = await store.keys.key(participant);
  for (const source of await sourcesOf(store, participant)) {
    await pages(signal, async (after: RecordPlace | undefined) => {
      const page = await recordPage(store.db, source, after);
      for (const row of page.rows) {
        const reason = refusedRecord(key, row, refuse);
        counts.add(row.source, row.type, reason, 1);
        ofTables ||= reason !== null && row.type === 'event';
      }
      return page.after;
    });
  }
  for (const source of await sourcesOf(store, participant)) {
    await pages(signal, async (after: SeriesPlace | undefined) => {
      const page = await seriesPage(store.db, key, source, after, refuse);
      for (const { row, refused } of page.rows) {
        for (const [reason, units] of refused) counts.add(source, 'series', reason, units);
        ofTables ||= goesIntoTables(row);
      }
      return page.after;
    });
  }
  return { units: counts.list(), tableScores: ofTables ? await tableScores(store.db, participant) : 0 };
}

/**
 * Erases what consent does not cover: records in all their versions that it refuses, samples and recordings, their scores, and alerts that
 * rested on nothing else. The ledger moves their units to erased, with the reason. A slice is one transaction: killed on the way it goes on
 * when called again, and called again it finds nothing.
 */
export async function eraseUncovered(
  store: Store,
  participant: string,
  refuse: Refuse,
  { size = slice, signal }: { size?: number; signal?: AbortSignal } = {},
): Promise<UncoveredErasure> {
  const counts = new Counts();
  const result: UncoveredErasure = { uncovered: [], quarantined: 0, scores: 0, alerts: [], interrupted: false };
  const key = await store.keys.key(participant);
  // A backup from before would bring it back.
  await store.keys.noteApplied(participant, (await statedConsent(store, participant)).stated);
  const slices = <Place>(work: (tx: Transaction<Tables>, after: Place | undefined) => Promise<Slice<Place>>) =>
    pages(signal, async (after: Place | undefined) => {
      const { after: next, erased } = await transactAgain(store.db, async (tx) => {
        await holdParticipant(store, tx, participant, true);
        return work(tx, after);
      });
      result.quarantined += erased?.quarantined ?? 0;
      result.scores += erased?.scores ?? 0;
      result.alerts.push(...(erased?.alerts ?? []));
      for (const { source, type, reason, units } of erased?.units ?? []) counts.add(source, type, reason, units);
      return next;
    });
  try {
    for (const source of await sourcesOf(store, participant)) {
      await slices(async (tx, after: RecordPlace | undefined) => {
        const page = await recordPage(tx, source, after, size);
        const refused = page.rows.flatMap((row): RefusedRecord[] => {
          const reason = refusedRecord(key, row, refuse);
          return reason === null ? [] : [{ row, reason }];
        });
        return { after: page.after, erased: refused.length === 0 ? null : await eraseRefused(store, tx, source, refused) };
      });
    }
    for (const source of await sourcesOf(store, participant)) {
      await slices(async (tx, after: SeriesPlace | undefined) => {
        const { rows, after: next } = await seriesPage(tx, key, source, after, refuse, { ...seriesSlice, rows: size });
        if (rows.length === 0) return { after: next, erased: null };
        await markErasing(tx, 'consent');
        const { scores, alerts } = await dropSeries(store, tx, key, participant, rows, refuse, alertsOf);
        const units = rows.flatMap(({ refused }) =>
          [...refused].map(([reason, n]) => ({ source, type: 'series' as const, reason, units: n })),
        );
        return { after: next, erased: { units, quarantined: 0, scores, alerts: await eraseBare(store, tx, alerts) } };
      });
    }
  } catch (thrown) {
    if (!(thrown instanceof AfferentError && thrown.code === 'interrupted')) throw thrown;
    result.interrupted = true;
  }
  return { ...result, uncovered: counts.list() };
}

async function eraseRefused(store: Store, tx: Transaction<Tables>, source: string, refused: readonly RefusedRecord[]): Promise<Erased> {
  await markErasing(tx, 'consent');
  const scores = await scoresOf(
    tx,
    refused.map(({ row }) => row),
  );
  const alerts = await alertsOf(tx, scores);
  let ofDays = 0;
  for (const why of new Set(refused.map(({ reason }) => reason))) {
    ofDays += await eraseRecords(
      tx,
      refused.flatMap(({ row, reason }) => (reason === why ? [row] : [])),
      why,
    );
  }
  const quarantined = await eraseCopies(tx, source, refused);
  const units = refused.map(({ row: { type }, reason }) => ({ source, type, reason, units: 1 }));
  return { units, quarantined, scores: scores.length + ofDays, alerts: await eraseBare(store, tx, alerts) };
}

/** Has the files hold nothing of what was erased: the key that it is sealed with stays. False when a reader kept them from it. */
export async function forgetUncovered(store: Store): Promise<boolean> {
  return cleanFiles(store);
}

/** Goes from page to page; the work gives the place behind which the next one begins, null at the end. */
async function pages<Place>(signal: AbortSignal | undefined, work: (after: Place | undefined) => Promise<Place | null>): Promise<void> {
  let after: Place | null | undefined;
  while (after !== null) {
    if (signal?.aborted) throw new AfferentError('interrupted');
    after = await work(after);
  }
}

async function sourcesOf(store: Store, participant: string): Promise<string[]> {
  const rows = await store.db.selectFrom('source').select('id').where('participant', '=', participant).orderBy('id').execute();
  return rows.map(({ id }) => id);
}

/** Records of a source in the order of its index: by another one all of them would be sorted for each page. */
async function recordPage(db: Store['db'] | Transaction<Tables>, source: string, after: RecordPlace | undefined, size = slice) {
  const from = after ?? { record_key: '', id: '' };
  const rows: RecordRow[] = await db
    .selectFrom('record')
    .select(['id', 'source', 'batch', 'day', 'type', 'record_key', 'input_id', 'body'])
    .where('source', '=', source)
    .where('record_key', '>=', from.record_key)
    .where((eb) => eb.or([eb('record_key', '>', from.record_key), eb('id', '>', from.id)]))
    .orderBy('record_key')
    .orderBy('id')
    .limit(size)
    .execute();
  const last = rows.at(-1);
  return { rows, after: last === undefined || rows.length < size ? null : { record_key: last.record_key, id: last.id } };
}

function refusedRecord(key: Buffer, row: RecordRow, refuse: Refuse): ExclusionReason | null {
  return refuse({ is: 'record', units: 1, end: 0, day: row.day, record: openRecord(key, row) });
}

/** Copies in quarantine of the records go with them, as when their source deletes them. */
async function eraseCopies(tx: Transaction<Tables>, source: string, refused: readonly RefusedRecord[]): Promise<number> {
  const reasons = new Map(refused.map(({ row, reason }) => [row.record_key, reason]));
  const copies = await tx
    .selectFrom('quarantine')
    .select(['id', 'batch', 'day', 'units', 'reason', 'record_key'])
    .where('record_key', 'in', [...reasons.keys()])
    .where('source', '=', source)
    .orderBy('id')
    .execute();
  for (const copy of copies) await eraseQuarantined(tx, copy, reasons.get(copy.record_key ?? ''));
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
async function eraseBare(store: Store, tx: Transaction<Tables>, alerts: readonly string[]): Promise<string[]> {
  if (alerts.length === 0) return [];
  await lockAlerts(store, tx, alerts);
  const left = await tx.selectFrom('alert_score').select('alert').distinct().where('alert', 'in', alerts).execute();
  const kept = new Set(left.map(({ alert }) => alert));
  const bare = alerts.filter((alert) => !kept.has(alert)).sort();
  await eraseAlerts(tx, bare);
  await markToForget(tx, { alerts: bare });
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
