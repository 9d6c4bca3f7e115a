import type { UnitCounter } from '../../../schema/source.ts';
import { LineCounter } from '../reading/count-lines.ts';
import { RowCounter } from '../reading/count-rows.ts';
import { DriftOnce } from '../reading/drift.ts';
import { LineSlicer } from '../reading/lines.ts';
import { RowSlicer } from '../reading/rows.ts';
import { type Row, Table } from '../reading/tables.ts';
import type { Unit } from '../reading/unit.ts';
import { UnitEnds } from '../reading/unit-ends.ts';
import { answersIn, rowOfLine } from './row.ts';

const SILENT = new DriftOnce({ mapping: {}, zone: null, account: null, arrivedMs: 0, drift: () => {} });

/** The counter of a file: its rows or lines, or the answers in those of a questionnaire. */
export function counterOf(form: 'table' | 'lines', isQuestionnaire: boolean): UnitCounter {
  if (isQuestionnaire) return new AnswerCounter(form);
  return form === 'table' ? new RowCounter() : new LineCounter();
}

/** Counts answers; a row without any, or one that cannot be read, counts once. */
class AnswerCounter implements UnitCounter {
  readonly #ends = new UnitEnds();
  readonly #slicer: RowSlicer | LineSlicer;
  readonly #table: Table | null;

  constructor(form: 'table' | 'lines') {
    this.#slicer = form === 'table' ? new RowSlicer() : new LineSlicer();
    this.#table = form === 'table' ? new Table({}, SILENT) : null;
  }

  push(chunk: Buffer): void {
    this.#count(this.#slicer.push(chunk));
  }

  end(): void {
    this.#count(this.#slicer.end());
  }

  takeUntil(position: number): number {
    return this.#ends.takeUntil(position);
  }

  #count(units: Unit[]): void {
    if (this.#table === null) for (const unit of units) this.#add(unit, unit.tooLong ? null : rowOfLine(unit.bytes));
    else for (const [unit, row] of this.#table.rows(units)) this.#add(unit, Object.getPrototypeOf(row) === null ? (row as Row) : null);
  }

  #add(unit: Unit, row: Row | null): void {
    const units = Math.max(1, row === null ? 1 : answersIn(row).length);
    for (let i = 0; i < units; i++) this.#ends.push(unit.end);
  }
}
