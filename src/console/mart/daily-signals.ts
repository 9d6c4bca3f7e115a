import { sql } from 'kysely';
import { dailySignal } from '../../store/daily-signal.ts';
import type { Store } from '../../store/open.ts';
import type { MartProcess } from './mart-process.ts';
import { loadDailySignals } from './tables.ts';

/** Rows that the mart takes in at a time. */
const load = 4000;

/** Keeps the days of signals in a mart: a signal is opened again only when there is more of it, or less. */
export class DailySignals {
  readonly #store: Store;
  readonly #mart: MartProcess;
  /** participant → signal → rows and samples when it was last opened */
  readonly #known = new Map<string, Map<string, string>>();

  constructor(store: Store, mart: MartProcess) {
    this.#store = store;
    this.#mart = mart;
  }

  async refresh(participant: string, key: Buffer): Promise<void> {
    const now = await this.#signatures(participant);
    const known = this.#known.get(participant) ?? new Map<string, string>();
    this.#known.set(participant, known);
    for (const signal of new Set([...now.keys(), ...known.keys()])) {
      const signature = now.get(signal);
      if (signature !== undefined && known.get(signal) === signature) continue;
      const days = signature === undefined ? [] : await dailySignal(this.#store, key, participant, signal);
      await this.#mart.run('delete from base.daily_signal where participant = $1 and signal = $2', [participant, signal]);
      for (let i = 0; i < days.length; i += load) await this.#mart.run(loadDailySignals, [JSON.stringify(days.slice(i, i + load))]);
      if (signature === undefined) known.delete(signal);
      else known.set(signal, signature);
    }
  }

  async forget(participant: string): Promise<void> {
    this.#known.delete(participant);
    await this.#mart.run('delete from base.daily_signal where participant = $1', [participant]);
  }

  async #signatures(participant: string): Promise<Map<string, string>> {
    const rows = await this.#store.db
      .selectFrom('series')
      .select(['signal', sql<number>`count(*)`.as('rows'), sql<number>`cast(sum(samples) as bigint)`.as('samples')])
      .where('participant', '=', participant)
      .where('form', '=', 'samples')
      .groupBy('signal')
      .orderBy('signal')
      .execute();
    return new Map(rows.map((row) => [row.signal, `${row.rows}|${row.samples}`]));
  }
}
