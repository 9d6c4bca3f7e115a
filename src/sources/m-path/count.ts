import { SILENT, SlicedCounter } from '../reading/count-sliced.ts';
import { RowSlicer } from '../reading/rows.ts';
import { Table } from '../reading/tables.ts';
import type { Unit } from '../reading/unit.ts';
import { answersOf, shape } from './columns.ts';

/** Counts filled cells of questions; a row without any, or one that cannot be read, counts once. */
export class AnswerCounter extends SlicedCounter {
  readonly #table = new Table(shape, SILENT);

  constructor() {
    super(new RowSlicer());
  }

  protected *weigh(cut: Unit[]): Generator<[Unit, number]> {
    for (const [unit, row] of this.#table.rows(cut)) {
      const answers = Object.getPrototypeOf(row) === null ? answersOf(row as Record<string, string>).length : 1;
      yield [unit, Math.max(1, answers)];
    }
  }
}
