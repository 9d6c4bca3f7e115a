import { type Outcomes, outcomeNames } from '../../schema/ledger.ts';
import type { TableColumn } from './table.ts';

/** Columns received, stored, duplicate, quarantined, excluded, erased. */
export function outcomeColumns<T>(outcomes: (row: T) => Outcomes): TableColumn<T>[] {
  return (['received', ...outcomeNames] as const).map((name) => ({ title: name, cell: (row) => outcomes(row)[name], right: true }));
}

export function sumOutcomes(rows: readonly Outcomes[]): Outcomes {
  const total: Outcomes = { received: 0, stored: 0, duplicate: 0, quarantined: 0, excluded: 0, erased: 0 };
  for (const row of rows) {
    total.received += row.received;
    for (const name of outcomeNames) total[name] += row[name];
  }
  return total;
}
