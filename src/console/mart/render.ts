import type { DuckDBDataChunk, Json } from '@duckdb/node-api';
import { JsonDuckDBValueConverter } from '@duckdb/node-api';
import { cellLimit, type MartColumn, type MartValue } from './protocol.ts';

const whole = /^(U?(TINY|SMALL|BIG|HUGE)INT|U?INTEGER)$/;
const numeric = /^(U?(TINY|SMALL|BIG|HUGE)INT|U?INTEGER|FLOAT|DOUBLE|DECIMAL.*)$/;

/** A value of DuckDB as JSON knows it: whole numbers where a double holds them, structures as their JSON. */
export function plainValue(value: Json, type: string): MartValue {
  if (value === null || typeof value === 'boolean') return value;
  if (typeof value === 'number') return Number.isFinite(value) ? value : String(value);
  if (typeof value !== 'string') return JSON.stringify(value);
  if (whole.test(type) || type.startsWith('DECIMAL')) {
    const number = Number(value);
    return Math.abs(number) <= Number.MAX_SAFE_INTEGER ? number : value;
  }
  return value;
}

/**
 * A cell of a CSV after RFC 4180. Text that a spreadsheet would take for a formula gets an apostrophe before it;
 * numbers stay as they are.
 */
export function csvCell(value: MartValue, isNumber = typeof value === 'number'): string {
  if (value === null) return '';
  const text = String(value);
  const safe = !isNumber && /^[=+\-@\t\r\n＝＋－＠]/.test(text) ? `'${text}` : text;
  return /[",\r\n]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
}

export function csvLine(cells: readonly MartValue[]): string {
  return `${cells.map((cell) => csvCell(cell)).join(',')}\r\n`;
}

/** Rows of a chunk as text: elements of a JSON array, lines of a CSV, or objects that the query made as JSON in its one column. */
export function renderChunk(chunk: DuckDBDataChunk, columns: readonly MartColumn[], form: 'json' | 'csv' | 'objects'): string {
  const rows = chunk.convertRows(JsonDuckDBValueConverter);
  const plain = rows.map((row) => row.map((value, i) => plainValue(value, columns[i]?.type ?? '')));
  if (form === 'csv') {
    const numbers = columns.map((column) => numeric.test(column.type));
    return plain.map((row) => `${row.map((cell, i) => csvCell(cell, numbers[i])).join(',')}\r\n`).join('');
  }
  if (form === 'objects') return plain.map((row) => row[0]).join(',\n');
  return plain.map((row) => JSON.stringify(row.map(shorten))).join(',');
}

function shorten(value: MartValue): MartValue {
  return typeof value === 'string' && value.length > cellLimit ? `${value.slice(0, cellLimit)}…` : value;
}
