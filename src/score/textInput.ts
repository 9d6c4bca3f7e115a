import { isUtf8 } from 'node:buffer';
import { AfferentError, type ErrorCode } from '../../schema/errors.ts';
import { delimiterOf, parseRows } from '../sources/reading/csv-rows.ts';
import { parseJsonLine } from '../sources/reading/json-line.ts';
import { LineSlicer } from '../sources/reading/lines.ts';
import { RowSlicer } from '../sources/reading/rows.ts';
import type { Unit } from '../sources/reading/unit.ts';
import type { RowPlace } from './rowError.ts';

/** One row of a JSONL or CSV file. Exactly one of text and error is null. */
export interface TextRow {
  place: RowPlace;
  id: string | null;
  text: string | null;
  error: ErrorCode | null;
  /** All fields of the row, where they were asked for. */
  row?: Readonly<Record<string, unknown>>;
}

export interface Fields {
  id: string;
  text: string;
  /** Whether rows are given with all their fields. */
  whole?: boolean;
}

type Read = Omit<TextRow, 'place'>;

/** Bytes of a row. A text of a million tokens has a few million; a source's own limit is lower. */
const longestRow = 32 * 1024 * 1024;

/**
 * Rows of a stream of UTF-8 bytes, blank lines left out. A row that cannot be read is given with its error; where the
 * stream itself breaks, the last row says so.
 */
export async function* textRows(
  bytes: AsyncIterable<Buffer>,
  format: 'jsonl' | 'csv',
  file: number,
  fields: Fields,
): AsyncGenerator<TextRow> {
  let row = 0;
  try {
    for await (const read of format === 'jsonl' ? jsonRows(bytes, fields) : csvRows(bytes, fields)) {
      yield { place: { file, row }, ...read };
      row += 1;
    }
  } catch (thrown) {
    yield { place: { file, row }, ...unread(thrown instanceof AfferentError ? thrown.code : 'row-unreadable') };
  }
}

async function* jsonRows(bytes: AsyncIterable<Buffer>, fields: Fields): AsyncGenerator<Read> {
  const slicer = new LineSlicer('in order', longestRow);
  for await (const chunk of bytes) for (const unit of slicer.push(chunk)) yield jsonRow(unit, fields);
  for (const unit of slicer.end()) yield jsonRow(unit, fields);
}

function jsonRow(unit: Unit, fields: Fields): Read {
  const text = decode(unit);
  if (typeof text !== 'string') return unread(text.error);
  const row = parseJsonLine(text);
  return row === null ? unread('not-json') : readFields(row, fields);
}

/** The first row names the columns. */
async function* csvRows(bytes: AsyncIterable<Buffer>, fields: Fields): AsyncGenerator<Read> {
  const slicer = new RowSlicer(longestRow);
  const table = new CsvTable(fields);
  for await (const chunk of bytes) for (const unit of slicer.push(chunk)) yield* table.read(unit);
  for (const unit of slicer.end()) yield* table.read(unit);
}

class CsvTable {
  private readonly fields: Fields;
  private columns: string[] | null = null;
  private delimiter = ',';

  constructor(fields: Fields) {
    this.fields = fields;
  }

  /** Nothing for the header, else one row. */
  *read(unit: Unit): Generator<Read> {
    const text = decode(unit);
    if (this.columns === null) {
      this.delimiter = delimiterOf(typeof text === 'string' ? text : '');
      this.columns = (typeof text === 'string' ? this.cells(text) : null)?.map((name) => name.trim()) ?? [];
      return;
    }
    yield typeof text === 'string' ? this.row(this.cells(text), this.columns) : unread(text.error);
  }

  private cells(text: string): string[] | null {
    return parseRows([text], this.delimiter)[0] ?? null;
  }

  private row(cells: string[] | null, columns: readonly string[]): Read {
    if (cells === null || cells.length < columns.length || cells.slice(columns.length).some((cell) => cell !== ''))
      return unread('not-csv');
    const row: Record<string, unknown> = Object.create(null);
    for (const [k, name] of columns.entries()) row[name] = cells[k];
    return readFields(row, this.fields);
  }
}

function decode(unit: Unit): string | { error: ErrorCode } {
  if (unit.tooLong) return { error: 'line-too-long' };
  return isUtf8(unit.bytes) ? unit.bytes.toString('utf8') : { error: 'bad-encoding' };
}

function readFields(row: Readonly<Record<string, unknown>>, fields: Fields): Read {
  const id = row[fields.id];
  const text = row[fields.text];
  const name = typeof id === 'string' ? id : typeof id === 'number' ? String(id) : null;
  if (text === undefined || text === null) return { id: name, text: null, error: 'no-text' };
  if (typeof text !== 'string') return { id: name, text: null, error: 'wrong-shape' };
  // A lone surrogate has no UTF-8 and so no hash of its own.
  return { id: name, text: text.toWellFormed(), error: null, ...(fields.whole && { row }) };
}

function unread(error: ErrorCode): Read {
  return { id: null, text: null, error };
}
