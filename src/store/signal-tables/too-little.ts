import type { Store } from '../open.ts';
import { forms, type StepForm } from './forms.ts';

/** Somebody of whom a model has not heard for so long that it would say anything. */
export interface TooLittle {
  participant: string;
  model: string;
  /** Minutes or days from the first to the last that was heard, as of the last run. */
  heard: number;
  needed: number;
  unit: StepForm;
}

/** Whom a study's models of minutes or days leave out for now, by the stretches that runs have made of them. */
export async function tooLittle(
  store: Store,
  study: string,
  models: readonly { name: string; reads: StepForm; windowS: number }[],
): Promise<TooLittle[]> {
  const found: TooLittle[] = [];
  for (const { name, reads, windowS } of models) {
    const { stepMs, trimmed } = forms[reads];
    const needed = (windowS * 1000) / stepMs;
    const rows = await store.db
      .selectFrom('participant')
      .leftJoin('signal_table', (join) =>
        join
          .onRef('signal_table.participant', '=', 'participant.id')
          .on('signal_table.form', '=', reads)
          // A stretch of rows in which nothing is heard stands as an empty one.
          .onRef('signal_table.to_ms', '>', 'signal_table.from_ms'),
      )
      .select((eb) => ['participant.id', eb.fn.min('signal_table.from_ms').as('from'), eb.fn.max('signal_table.to_ms').as('to')])
      .where('participant.study', '=', study)
      .groupBy('participant.id')
      .orderBy('participant.id')
      .execute();
    for (const { id, from, to } of rows) {
      const heard = Math.max(0, (Number(to ?? 0) - Number(from ?? 0)) / stepMs - (trimmed ? 2 : 0));
      if (heard < needed) found.push({ participant: id, model: name, heard, needed, unit: reads });
    }
  }
  return found;
}
