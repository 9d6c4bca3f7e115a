import type { LedgerRow } from '../../schema/ledger.ts';
import type { Store } from './open.ts';
import { requireStudy } from './studies.ts';

/**
 * The ledger by batch and day, of one study or of all, ordered by study, source, batch and day (null first).
 * A batch without units shows as one row of zeros.
 * @throws AfferentError `unknown-study`
 */
export async function ledgerRows(store: Store, study: string | null): Promise<LedgerRow[]> {
  if (study !== null) await requireStudy(store, study);
  const rows = await store.db
    .selectFrom('batch')
    .leftJoin('ledger', 'ledger.batch', 'batch.id')
    .select((e) => [
      'batch.study',
      'batch.source',
      'batch.id as batch',
      'ledger.day',
      e.fn.coalesce('ledger.received', e.lit(0)).as('received'),
      e.fn.coalesce('ledger.stored', e.lit(0)).as('stored'),
      e.fn.coalesce('ledger.duplicate', e.lit(0)).as('duplicate'),
      e.fn.coalesce('ledger.quarantined', e.lit(0)).as('quarantined'),
      e.fn.coalesce('ledger.excluded', e.lit(0)).as('excluded'),
      e.fn.coalesce('ledger.erased', e.lit(0)).as('erased'),
    ])
    .$if(study !== null, (query) => query.where('batch.study', '=', study as string))
    .execute();
  return rows.map((row) => ({ ...row, day: row.day || null })).sort(canonicalOrder);
}

/** Sorted here, because databases differ in how they order text. */
function canonicalOrder(a: LedgerRow, b: LedgerRow): number {
  return compare(a.study, b.study) || compare(a.source, b.source) || compare(a.batch, b.batch) || compare(a.day ?? '', b.day ?? '');
}

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
