import type { UnitCounter } from '../../../schema/source.ts';
import { DriftOnce } from '../reading/drift.ts';
import { RowSlicer } from '../reading/rows.ts';
import { Table } from '../reading/tables.ts';
import type { Unit } from '../reading/unit.ts';
import { UnitEnds } from '../reading/unit-ends.ts';
import { answersOf, shape } from './columns.ts';

const SILENT = new DriftOnce({ mapping: {}, zone: null, account: null, arrivedMs: 0, drift: () => {} });

/** Counts filled cells of questions; a row without any, or one that cannot be read, counts once. */
export class AnswerCounter implements UnitCounter {
  readonly #ends = new UnitEnds();
  readonly #slicer = new RowSlicer();
  readonly #table = new Table(shape, SILENT);

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
    for (const [unit, row] of this.#table.rows(units)) {
      const answers = Object.getPrototypeOf(row) === null ? answersOf(row as Record<string, string>).length : 1;
      for (let i = 0; i < Math.max(1, answers); i++) this.#ends.push(unit.end);
    }
  }
}
