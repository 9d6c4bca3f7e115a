import { sql } from 'kysely';
import { type LedgerCheck, type LedgerFinding, Outcomes, outcomeNames } from '../../schema/ledger.ts';
import type { Arrival } from '../../schema/source.ts';
import { batchArrival } from './batches.ts';
import type { Store } from './open.ts';
import { requireSource, type SourceRow } from './sources.ts';
import { requireStudy } from './studies.ts';
import type { OutcomeColumns, Tables } from './tables.ts';

/** Counts an arrival again: its units, and the sha256 (hex) of the bytes counted. Null when it is no longer there. */
export type Recount = (source: SourceRow, arrival: Arrival) => Promise<{ counted: number; contentHash: string } | null>;

type Batch = Pick<Tables['batch'], 'id' | 'study' | 'source' | 'state' | 'content_key'> & OutcomeColumns & { readable: number };
const countNames = Object.keys(Outcomes.shape) as (keyof OutcomeColumns)[];

/**
 * Compares the ledger with itself, with the rows of the store and, given `recount`, with the files that were read whole.
 * A file that has gone or changed since is a finding, but leaves the ledger balanced.
 * @throws AfferentError `unknown-study`
 */
export async function checkLedger(store: Store, study: string | null, recount?: Recount): Promise<LedgerCheck> {
  if (study !== null) await requireStudy(store, study);
  const batches = await batchesOf(store, study);
  const days = await daysOf(store);
  const stored = await storedUnits(store);
  const quarantined = await quarantinedUnits(store);
  const findings: LedgerFinding[] = [];
  const compare = (batch: string, what: LedgerFinding['what'], expected: number, found: number) => {
    if (expected !== found) findings.push({ batch, what, expected, found });
  };
  let recountedFromFile = 0;
  for (const batch of batches) {
    const ofDays = days.get(batch.id) ?? [];
    for (const row of [batch, ...ofDays]) compare(batch.id, 'constraint', row.received, sumOf(row));
    for (const name of countNames) {
      const sum = ofDays.reduce((total, day) => total + day[name], 0);
      compare(batch.id, 'days', batch[name], sum);
    }
    compare(batch.id, 'rows-stored', batch.stored, stored.get(batch.id) ?? 0);
    compare(batch.id, 'rows-quarantined', batch.quarantined, quarantined.get(batch.id) ?? 0);
    // Only a batch read to its end has counted its whole file; that of an erased one is nobody's any more.
    if (!recount || batch.state !== 'done' || !batch.readable) continue;
    const counted = await recountFile(store, batch, recount);
    if (counted === null) findings.push({ batch: batch.id, what: 'file-unavailable', expected: batch.received, found: 0 });
    else {
      recountedFromFile++;
      compare(batch.id, 'file-recount', counted, batch.received);
    }
  }
  const balanced = findings.every((finding) => finding.what === 'file-unavailable');
  return { balanced, batches: batches.length, recountedFromFile, findings };
}

async function recountFile(store: Store, batch: Batch, recount: Recount): Promise<number | null> {
  const source = await requireSource(store, batch.source);
  const result = await recount(source, await batchArrival(store, batch.id));
  if (!result) return null;
  return store.secrets.study(batch.study)('bytes', result.contentHash) === batch.content_key ? result.counted : null;
}

function sumOf(row: OutcomeColumns): number {
  return outcomeNames.reduce((sum, name) => sum + row[name], 0);
}

async function batchesOf(store: Store, study: string | null): Promise<Batch[]> {
  return store.db
    .selectFrom('batch')
    .select(['id', 'study', 'source', 'state', 'content_key', ...countNames])
    .select(sql<number>`case when arrival is null then 0 else 1 end`.as('readable'))
    .$if(study !== null, (query) => query.where('study', '=', study as string))
    .orderBy('id')
    .execute();
}

async function daysOf(store: Store): Promise<Map<string, OutcomeColumns[]>> {
  const days = new Map<string, OutcomeColumns[]>();
  const rows = await store.db
    .selectFrom('ledger')
    .select(['batch', ...countNames])
    .execute();
  for (const row of rows) {
    const list = days.get(row.batch);
    if (list) list.push(row);
    else days.set(row.batch, [row]);
  }
  return days;
}

/** Units behind the rows of each batch: one for a record, one for each sample of a series. */
async function storedUnits(store: Store): Promise<Map<string, number>> {
  const records = await store.db
    .selectFrom('record')
    .select(['batch', sql<number>`count(*)`.as('units')])
    .groupBy('batch')
    .execute();
  const units = new Map(records.map((row) => [row.batch, row.units]));
  const series = await store.db
    .selectFrom('series')
    .select(['batch', sql<number>`cast(sum(samples) as bigint)`.as('units')])
    .groupBy('batch')
    .execute();
  for (const row of series) units.set(row.batch, (units.get(row.batch) ?? 0) + row.units);
  return units;
}

async function quarantinedUnits(store: Store): Promise<Map<string, number>> {
  const rows = await store.db
    .selectFrom('quarantine')
    .select(['batch', sql<number>`cast(sum(units) as bigint)`.as('units')])
    .groupBy('batch')
    .execute();
  return new Map(rows.map((row) => [row.batch, row.units]));
}
