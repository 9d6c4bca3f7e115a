import { isUtf8 } from 'node:buffer';
import type { ParseContext, Parsed } from '../../../schema/source.ts';
import { delimiterOf, parseRows } from '../reading/csv-rows.ts';
import { DriftOnce } from '../reading/drift.ts';
import { rowFrame } from '../reading/frames.ts';
import { parseJsonLine } from '../reading/json-line.ts';
import { LineSlicer } from '../reading/lines.ts';
import { excluded, ofRecord, quarantined } from '../reading/quarantine.ts';
import { RowSlicer } from '../reading/rows.ts';
import type { Unit } from '../reading/unit.ts';
import { type Mapping, readMapping } from './mapping.ts';
import { toPost } from './to-post.ts';

interface Reading {
  mapping: Mapping;
  context: ParseContext;
  drift: DriftOnce;
}

/** Posts of a stream of JSON lines. Throws `bad-mapping`. */
export async function* parseJsonLines(chunks: AsyncIterable<Buffer>, context: ParseContext): AsyncGenerator<Parsed> {
  const reading = begin(context);
  const slicer = new LineSlicer('alone');
  for await (const chunk of chunks) for (const unit of slicer.push(chunk)) yield jsonUnit(unit, reading);
  for (const unit of slicer.end()) yield jsonUnit(unit, reading);
}

/** Posts of a CSV whose first row names its columns. Throws `bad-mapping`. */
export async function* parseCsvRows(chunks: AsyncIterable<Buffer>, context: ParseContext): AsyncGenerator<Parsed> {
  const table = new Table(begin(context));
  const slicer = new RowSlicer();
  for await (const chunk of chunks) yield* table.rows(slicer.push(chunk));
  yield* table.rows(slicer.end());
}

function begin(context: ParseContext): Reading {
  return { mapping: readMapping(context.mapping), context, drift: new DriftOnce(context) };
}

function jsonUnit(unit: Unit, reading: Reading): Parsed {
  if (unit.tooLong) return quarantined(unit, 'line-too-long');
  const text = decode(unit.bytes, reading.mapping);
  if (text === null) return quarantined(unit, 'bad-encoding');
  const row = parseJsonLine(text);
  if (row === null) return quarantined(unit, 'not-json');
  for (const name of Object.keys(row)) if (!reading.mapping.known.has(name)) reading.drift.note('unknown-field', name);
  return settled(unit, row, reading);
}

/** Null where the bytes are no UTF-8 and no other encoding was declared. */
function decode(bytes: Buffer, mapping: Mapping): string | null {
  if (isUtf8(bytes)) return bytes.toString('utf8');
  return mapping.fallback === null ? null : bytes.toString(mapping.fallback);
}

function settled(unit: Unit, row: Readonly<Record<string, unknown>>, { mapping, context }: Reading): Parsed {
  const fate = toPost(row, mapping, context);
  if (fate.is === 'quarantined') return ofRecord(quarantined(unit, fate.reason, fate.field, fate.day), 'post', fate.id);
  if (fate.is === 'excluded') return excluded(unit, fate.reason, fate.day);
  return { is: 'record', units: 1, end: unit.end, day: fate.post.time.day, record: fate.post };
}

/** Rows under a header. */
class Table {
  readonly #reading: Reading;
  #columns: string[] | null = null;
  #delimiter = ',';
  #header = Buffer.alloc(0);
  readonly #frame = () => rowFrame([this.#header]);

  constructor(reading: Reading) {
    this.#reading = reading;
  }

  /** The header is not a unit; a header that cannot be read leaves every row without its columns. */
  *rows(units: Unit[]): Generator<Parsed> {
    const [first, ...rest] = units;
    if (first === undefined) return;
    if (this.#columns === null) this.#readHeader(first);
    else rest.unshift(first);
    const texts = rest.map((unit) => (unit.tooLong ? null : decode(unit.bytes, this.#reading.mapping)));
    const cells = parseRows(
      texts.filter((text) => text !== null),
      this.#delimiter,
    );
    let next = 0;
    for (const [index, unit] of rest.entries()) {
      unit.frame = this.#frame;
      if (unit.tooLong) yield quarantined(unit, 'line-too-long');
      else if (texts[index] === null) yield quarantined(unit, 'bad-encoding');
      else yield this.#row(unit, cells[next++] ?? null);
    }
  }

  #readHeader(unit: Unit): void {
    const text = unit.tooLong ? null : decode(unit.bytes, this.#reading.mapping);
    this.#delimiter = delimiterOf(text ?? '');
    this.#header = Buffer.from(unit.bytes);
    this.#columns = text === null ? [] : (parseRows([text], this.#delimiter)[0] ?? []).map((name) => name.trim());
    const { mapping, drift } = this.#reading;
    for (const name of this.#columns) if (!mapping.known.has(name)) drift.note('unknown-field', name);
    for (const name of ['id', 'time', 'text'] as const) {
      if (!this.#columns.includes(mapping.field(name))) drift.note('missing-field', mapping.field(name));
    }
  }

  #row(unit: Unit, cells: string[] | null): Parsed {
    const columns = this.#columns ?? [];
    if (cells === null || cells.length < columns.length) return quarantined(unit, 'not-csv');
    // Some exports end every row with a delimiter; anything in an extra cell is a broken row.
    if (cells.slice(columns.length).some((cell) => cell !== '')) return quarantined(unit, 'not-csv');
    const row: Record<string, string> = Object.create(null);
    for (const [index, name] of columns.entries()) row[name] = cells[index] as string;
    return settled(unit, row, this.#reading);
  }
}
