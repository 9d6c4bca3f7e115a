import type { Transaction } from 'kysely';
import { sql } from 'kysely';
import type { Tables } from './tables.ts';

type Outcome = 'stored' | 'duplicate' | 'quarantined' | 'excluded' | 'erased';
const outcomes: Outcome[] = ['stored', 'duplicate', 'quarantined', 'excluded', 'erased'];

/** Units of a group by outcome, day and reason, and their way into the ledger. */
export class Tally {
  readonly total: Record<Outcome, number> = { stored: 0, duplicate: 0, quarantined: 0, excluded: 0, erased: 0 };
  readonly #days = new Map<string, Record<Outcome, number>>();
  readonly #reasons = new Map<string, number>();

  add(outcome: Outcome, day: string | null, units: number, reason?: string): void {
    if (units === 0) return;
    this.total[outcome] += units;
    const name = day ?? '';
    let row = this.#days.get(name);
    if (!row) {
      row = { stored: 0, duplicate: 0, quarantined: 0, excluded: 0, erased: 0 };
      this.#days.set(name, row);
    }
    row[outcome] += units;
    if (reason) this.#reasons.set(`${outcome}\0${reason}`, (this.#reasons.get(`${outcome}\0${reason}`) ?? 0) + units);
  }

  /**
   * Adds the group to the batch, its days and its reasons. `counted` comes from the independent counter: when it is not the sum
   * of the outcomes, the database's own constraint refuses the transaction.
   */
  async write(tx: Transaction<Tables>, batch: string, counted: number, cursorUnit?: number): Promise<void> {
    await tx
      .updateTable('batch')
      .set({
        ...(cursorUnit === undefined ? {} : { cursor_unit: cursorUnit }),
        received: sql`received + ${counted}`,
        stored: sql`stored + ${this.total.stored}`,
        duplicate: sql`duplicate + ${this.total.duplicate}`,
        quarantined: sql`quarantined + ${this.total.quarantined}`,
        excluded: sql`excluded + ${this.total.excluded}`,
        erased: sql`erased + ${this.total.erased}`,
      })
      .where('id', '=', batch)
      .execute();
    for (const [day, row] of this.#days) {
      const received = outcomes.reduce((sum, outcome) => sum + row[outcome], 0);
      await tx
        .insertInto('ledger')
        .values({ batch, day, received, ...row })
        .onConflict((c) =>
          c.columns(['batch', 'day']).doUpdateSet({
            received: sql`ledger.received + ${received}`,
            stored: sql`ledger.stored + ${row.stored}`,
            duplicate: sql`ledger.duplicate + ${row.duplicate}`,
            quarantined: sql`ledger.quarantined + ${row.quarantined}`,
            excluded: sql`ledger.excluded + ${row.excluded}`,
            erased: sql`ledger.erased + ${row.erased}`,
          }),
        )
        .execute();
    }
    for (const [name, units] of this.#reasons) {
      const [outcome, reason] = name.split('\0') as ['quarantined' | 'excluded', string];
      await tx
        .insertInto('outcome_reason')
        .values({ batch, outcome, reason, units })
        .onConflict((c) => c.columns(['batch', 'outcome', 'reason']).doUpdateSet({ units: sql`outcome_reason.units + ${units}` }))
        .execute();
    }
  }
}
