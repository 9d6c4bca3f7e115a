import { isUtf8 } from 'node:buffer';
import type { Parsed } from '../../../schema/source.ts';
import { delimiterOf, parseRows } from './csv-rows.ts';
import type { DriftOnce } from './drift.ts';
import { rowFrame } from './frames.ts';
import { bad, left, type Outcome, settled } from './outcome.ts';
import { RowSlicer } from './rows.ts';
import type { Unit } from './unit.ts';

/** A row's cells under the names of their columns, blank ones as they are. */
export type Row = Readonly<Record<string, string>>;

export interface TableShape {
  /** Lines before the header, blank ones not counted. */
  preamble?: number;
  /** Whether rows may leave out blank cells at their end. */
  mayBeShort?: boolean;
  /** Our name of a column; the same name where it is not known. Applied to the header once. */
  nameOf?: (column: string) => string;
  /** Names that are known; any other is reported as drift. Nothing is reported without it. */
  known?: (name: string) => boolean;
  /** Names of which one at least must be there; where all are missing it is reported as drift. */
  needed?: readonly string[];
}

/** What becomes of each row of a CSV whose header names its columns. */
export async function* readTable(
  chunks: AsyncIterable<Buffer>,
  shape: TableShape,
  drift: DriftOnce,
  settle: (row: Row, unit: Unit) => Outcome,
): AsyncGenerator<Parsed> {
  const table = new Table(shape, drift);
  const slicer = new RowSlicer();
  for await (const chunk of chunks)
    for (const [unit, row] of table.rows(slicer.push(chunk))) yield settled(unit, outcomeOf(unit, row, settle));
  for (const [unit, row] of table.rows(slicer.end())) yield settled(unit, outcomeOf(unit, row, settle));
}

function outcomeOf(unit: Unit, row: Row | Outcome, settle: (row: Row, unit: Unit) => Outcome): Outcome {
  return isOutcome(row) ? row : settle(row, unit);
}

/** Rows have no prototype; what went wrong with one has. */
function isOutcome(row: Row | Outcome): row is Outcome {
  return Object.getPrototypeOf(row) !== null;
}

/** Rows under a header: cells by column, or why a row cannot be read. */
export class Table {
  readonly #shape: TableShape;
  readonly #drift: DriftOnce;
  #above: number;
  #columns: readonly string[] = [];
  readonly #head: Buffer[] = [];
  readonly #frame = () => rowFrame(this.#head);
  #delimiter = ',';

  constructor(shape: TableShape, drift: DriftOnce) {
    this.#shape = shape;
    this.#drift = drift;
    this.#above = 1 + (shape.preamble ?? 0);
  }

  /** Below the header, each unit with its row. A header that cannot be read leaves every row without its columns. */
  *rows(units: readonly Unit[]): Generator<[Unit, Row | Outcome]> {
    let below = 0;
    for (; below < units.length && this.#above > 0; below++) {
      this.#above--;
      this.#head.push((units[below] as Unit).bytes);
      if (this.#above === 0) this.#readHeader(units[below] as Unit);
    }
    const rows = units.slice(below);
    const texts = rows.map(textOf);
    const cells = parseRows(
      texts.filter((text) => text !== null),
      this.#delimiter,
    );
    let next = 0;
    for (const [index, unit] of rows.entries()) {
      unit.frame = this.#frame;
      if (unit.tooLong) yield [unit, bad('line-too-long')];
      else if (texts[index] === null) yield [unit, bad('bad-encoding')];
      else yield [unit, this.#row(cells[next++] ?? null)];
    }
  }

  #readHeader(unit: Unit): void {
    const text = textOf(unit) ?? '';
    this.#delimiter = delimiterOf(text);
    const { nameOf, known, needed = [] } = this.#shape;
    const written = (parseRows([text], this.#delimiter)[0] ?? []).map((name) => name.trim());
    this.#columns = nameOf === undefined ? written : written.map(nameOf);
    for (const name of this.#columns) if (known?.(name) === false && name !== '') this.#drift.note('unknown-field', name);
    const [first] = needed;
    if (first !== undefined && !needed.some((name) => this.#columns.includes(name))) this.#drift.note('missing-field', first);
  }

  #row(cells: readonly string[] | null): Row | Outcome {
    const columns = this.#columns;
    // Spreadsheets leave rows of nothing but delimiters behind the last one.
    if (cells?.every(isBlankCell)) return left('empty');
    if (cells === null || (cells.length < columns.length && this.#shape.mayBeShort !== true)) return bad('not-csv');
    // Some exports end every row with a delimiter; anything in an extra cell is a broken row.
    for (let i = columns.length; i < cells.length; i++) if (cells[i] !== '') return bad('not-csv');
    const row: Record<string, string> = Object.create(null);
    for (const [index, name] of columns.entries()) row[name] = cells[index] ?? '';
    return row;
  }
}

function isBlankCell(cell: string): boolean {
  return cell === '' || cell.trim() === '';
}

function textOf({ bytes, tooLong }: Unit): string | null {
  return !tooLong && isUtf8(bytes) ? bytes.toString('utf8') : null;
}
