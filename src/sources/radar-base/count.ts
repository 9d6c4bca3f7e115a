import type { UnitCounter } from '../../../schema/source.ts';
import { LineCounter } from '../reading/count-lines.ts';
import { RowCounter } from '../reading/count-rows.ts';
import { SILENT, SlicedCounter } from '../reading/count-sliced.ts';
import { LineSlicer } from '../reading/lines.ts';
import { RowSlicer } from '../reading/rows.ts';
import { type Row, Table } from '../reading/tables.ts';
import type { Unit } from '../reading/unit.ts';
import { answersIn, rowOfLine } from './row.ts';

/** The counter of a file: its rows or lines, or the answers in those of a questionnaire. */
export function counterOf(form: 'table' | 'lines', isQuestionnaire: boolean): UnitCounter {
  if (isQuestionnaire) return new AnswerCounter(form);
  return form === 'table' ? new RowCounter() : new LineCounter();
}

/** Counts answers; a row without any, or one that cannot be read, counts once. */
class AnswerCounter extends SlicedCounter {
  readonly #table: Table | null;

  constructor(form: 'table' | 'lines') {
    super(form === 'table' ? new RowSlicer() : new LineSlicer());
    this.#table = form === 'table' ? new Table({}, SILENT) : null;
  }

  protected *weigh(cut: Unit[]): Generator<[Unit, number]> {
    if (this.#table === null) for (const unit of cut) yield [unit, answersOr1(unit.tooLong ? null : rowOfLine(unit.bytes))];
    else
      for (const [unit, row] of this.#table.rows(cut)) yield [unit, answersOr1(Object.getPrototypeOf(row) === null ? (row as Row) : null)];
  }
}

function answersOr1(row: Row | null): number {
  return Math.max(1, row === null ? 1 : answersIn(row).length);
}
