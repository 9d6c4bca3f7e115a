import type { Transaction } from 'kysely';
import type { RunModel } from '../runs.ts';
import type { Tables } from '../tables.ts';
import type { StepForm } from './forms.ts';
import type { PreparedTable } from './prepare.ts';

/** Minutes and days of participants as they stand when a run is frozen. */
export type PreparedTables = Partial<Record<StepForm, readonly PreparedTable[]>>;

/** Each participant's minutes or days as the list of their stretches; where any of them has changed since, it is a new input. */
export async function freezeTables(
  tx: Transaction<Tables>,
  run: string,
  model: RunModel,
  prepared: readonly PreparedTable[],
  from: number,
): Promise<number> {
  let ordinal = from;
  for (const { participant, ids } of prepared) {
    const tables = JSON.stringify(ids);
    const tried = await tx
      .selectFrom('run_input')
      .innerJoin('run', 'run.id', 'run_input.run')
      .select(['run_input.tables', 'run_input.state'])
      .where('run_input.participant', '=', participant)
      .where('run_input.model', '=', model.id)
      .where('run_input.tables', 'is not', null)
      .where('run.verify', '=', 0)
      .where('run.of_run', 'is', null)
      .where((eb) => eb.or([eb('run_input.state', '<>', 'pending'), eb('run.state', '=', 'running')]))
      .orderBy('run.number', 'desc')
      .limit(1)
      .executeTakeFirst();
    if (tried?.tables === tables) continue;
    const input = { run, ordinal: ordinal++, participant, model: model.id, tables, state: 'pending' as const };
    await tx.insertInto('run_input').values(input).execute();
  }
  return ordinal - from;
}
