import type { StepForm } from '../../src/store/signal-tables/forms.ts';
import type { PreparedTables } from '../../src/store/signal-tables/freeze.ts';
import { type PreparedTable, prepareTable } from '../../src/store/signal-tables/prepare.ts';
import type { JobContext } from './jobs.ts';

/** Brings the minutes and days of a study's participants up to date, for a run to freeze. Gives ids alone. */
export async function prepareTables(
  { store, progress, checkCancelled }: JobContext,
  { study, forms }: { study: string; forms: { form: StepForm; windowMs: number }[] },
): Promise<PreparedTables> {
  const participants = await store.db.selectFrom('participant').select('id').where('study', '=', study).orderBy('id').execute();
  const prepared: PreparedTables = {};
  let done = 0;
  for (const form of new Set(forms.map((one) => one.form))) {
    // Of several models of a form the one that says something first.
    const windowMs = Math.min(...forms.filter((one) => one.form === form).map((one) => one.windowMs));
    const tables: PreparedTable[] = [];
    for (const { id } of participants) {
      const table = await prepareTable(store, study, id, form, windowMs, checkCancelled);
      if (table !== null) tables.push(table);
      progress(++done);
    }
    prepared[form] = tables;
  }
  return prepared;
}
