import { AfferentError, type ErrorCode } from '../../schema/errors.ts';
import type { StreamInput } from '../../schema/model.ts';
import type { Moment } from '../../schema/records.ts';
import type { SignalPiece, Slice } from '../encoder/stream/block.ts';
import { delimiterOf, parseRows } from '../sources/reading/csv-rows.ts';
import { RowSlicer } from '../sources/reading/rows.ts';
import { momentFrom } from '../sources/reading/time.ts';
import type { Unit } from '../sources/reading/unit.ts';

/** Columns that tell rows of one step apart, where their time does not. */
const finerColumns: ReadonlySet<string> = new Set(['time', 'hour', 'minute']);

/** Columns that say whom a row is of. */
export const personColumns = [
  ...['author', 'user', 'person', 'participant', 'subject'],
  ...['pid', 'participant_id', 'participant id', 'user_id', 'subject_id', 'person_id'],
] as const;

/** A table with a row for each step of time, the steps in order. */
export interface TableForm {
  /** Length of a step, milliseconds. */
  stepMs: number;
  /** Names of the column of time, the first that is there. */
  time: readonly string[];
  /** Columns by name, and the signal that each holds. */
  signals: Readonly<Record<string, string>>;
  /** When a row's step begins, UTC milliseconds or a wall clock as if it were. */
  startOf: (at: Moment) => number;
  /**
   * Of several values in a step their mean; or the first of two, as of one that was stated again. More than two that differ, or two that
   * differ at different times, are those of a table of shorter steps.
   */
  several: 'mean' | 'first';
}

const dayMs = 86_400_000;
/** What stands in a cell that has nothing. */
export const missing: ReadonlySet<string> = new Set(['', 'na', 'nan', 'null']);
/** Bytes of a row. */
export const longestRow = 64 * 1024;

/** Signals of a model that a table of the form can hold: one value a step. */
export function signalsIn(form: TableForm, { signals }: StreamInput): string[] {
  const known = new Set(Object.values(form.signals));
  return Object.entries(signals).flatMap(([name, { rate, channels }]) =>
    known.has(name) && channels === 1 && Math.abs((rate * form.stepMs) / 1000 - 1) < 1e-9 ? [name] : [],
  );
}

/**
 * A CSV as slices of a recording, one a step. An empty cell or `NA` is missing; a row of a step that is already past is passed over, up to a day.
 * @throws AfferentError `not-this-kind` without the columns of the form or where it is of several people, `line-too-long`,
 *   `not-csv`, `no-time`, `out-of-order`, `bad-value` or `several-a-day`; `unit` is the number of the row, the header's being 0
 */
export async function* tableSlices(bytes: AsyncIterable<Buffer>, form: TableForm, input: StreamInput): AsyncGenerator<Slice> {
  const slicer = new RowSlicer(longestRow);
  const table = new SignalTable(form, signalsIn(form, input));
  for await (const chunk of bytes) for (const unit of slicer.push(chunk)) yield* table.read(unit);
  for (const unit of slicer.end()) yield* table.read(unit);
  yield* table.end();
}

interface Header {
  delimiter: string;
  columns: number;
  time: number;
  signals: { name: string; at: number }[];
  person: number | null;
  finer: number[];
}

interface Step {
  startMs: number;
  sums: number[];
  counts: number[];
  /** Of a form that takes the first: values that differ, each with the time of its row. */
  seen: Map<number, string>[];
}

class SignalTable {
  private readonly form: TableForm;
  private readonly wanted: readonly string[];
  private header: Header | null = null;
  private step: Step | null = null;
  private person: string | null = null;
  /** Beginning of the step that is being filled. */
  private now = Number.NEGATIVE_INFINITY;
  /** Number of the row that is read, the header's being 0. */
  private row = -1;

  constructor(form: TableForm, wanted: readonly string[]) {
    this.form = form;
    this.wanted = wanted;
  }

  /** The slice of a step that the row ends. */
  *read({ bytes, tooLong }: Unit): Generator<Slice> {
    this.row += 1;
    if (tooLong) throw this.fault('line-too-long');
    const text = bytes.toString('utf8');
    if (this.header === null) return this.readHeader(text);
    const { delimiter, columns, time, signals, person, finer } = this.header;
    const cells = cellsOf(text, delimiter, columns);
    if (cells === null) throw this.fault('not-csv');
    if (person !== null) this.hold(personOf(cells[person]));
    const at = momentFrom(cells[time] ?? '', null);
    if (at === null) throw this.fault('no-time');
    const startMs = this.form.startOf(at);
    // A clock that is set back repeats hours, never a day.
    if (startMs <= this.now - dayMs) throw this.fault('out-of-order');
    if (startMs < this.now) return;
    if (this.step !== null && startMs > this.step.startMs) yield* this.end();
    this.now = startMs;
    this.step ??= { startMs, sums: signals.map(() => 0), counts: signals.map(() => 0), seen: signals.map(() => new Map()) };
    const when = [at.utc, ...finer.map((column) => (cells[column] ?? '').trim())].join(' ');
    for (const [k, signal] of signals.entries()) this.add(this.step, k, cells[signal.at] ?? '', when);
  }

  private fault(code: ErrorCode): AfferentError {
    return new AfferentError(code, { unit: this.row });
  }

  /** The slice of the last step. */
  *end(): Generator<Slice> {
    if (this.step === null || this.header === null) return;
    const { startMs, sums, counts } = this.step;
    const rate = 1000 / this.form.stepMs;
    const pieces = this.header.signals.map(({ name }, k): SignalPiece => {
      const value = (sums[k] ?? 0) / (counts[k] ?? 0);
      return { signal: name, startMs, rate, channels: 1, values: Float32Array.of(value) };
    });
    this.step = null;
    yield { pieces: pieces.filter(({ values }) => !Number.isNaN(values[0])), untilMs: startMs + this.form.stepMs };
  }

  private readHeader(text: string): void {
    const delimiter = delimiterOf(text);
    const columns = parseRows([text], delimiter)[0]?.map((name) => name.trim().toLowerCase()) ?? [];
    const signals = columns.flatMap((column, at) => {
      const name = this.form.signals[column];
      return name !== undefined && this.wanted.includes(name) ? [{ name, at }] : [];
    });
    const time = placeOf(columns, this.form.time);
    if (time === null || signals.length === 0) throw new AfferentError('not-this-kind');
    const finer = columns.flatMap((column, at) => (finerColumns.has(column) && at !== time ? [at] : []));
    this.header = { delimiter, columns: columns.length, time, signals, person: placeOf(columns, personColumns), finer };
  }

  /** People under one another in a table are not to be heard as one. */
  private hold(value: string): void {
    this.person ??= value;
    if (value !== this.person) throw this.fault('not-this-kind');
  }

  private add({ sums, counts, seen }: Step, k: number, cell: string, when: string): void {
    const text = cell.trim();
    if (missing.has(text.toLowerCase())) return;
    const value = Number(text);
    if (!Number.isFinite(value)) throw this.fault('bad-value');
    if (this.form.several === 'first') {
      const others = seen[k] as Map<number, string>;
      if (!others.has(value)) others.set(value, when);
      if (others.size > 2 || new Set(others.values()).size > 1) throw this.fault('several-a-day');
      if (counts[k] !== 0) return;
    }
    sums[k] = (sums[k] ?? 0) + value;
    counts[k] = (counts[k] ?? 0) + 1;
  }
}

/**
 * Cells of a row, or null where it is no CSV or has more of them than columns: a thousands separator or a decimal comma has parted a
 * number, and every later column is another's.
 */
export function cellsOf(row: string, delimiter: string, columns: number): string[] | null {
  const cells = parseRows([row], delimiter)[0];
  return !cells || cells.slice(columns).some((cell) => cell.trim() !== '') ? null : cells;
}

/** Whom a cell names. */
export function personOf(cell: string | undefined): string {
  return (cell ?? '').trim();
}

/** Place of the first of some columns that is there. */
export function placeOf(columns: readonly string[], names: readonly string[]): number | null {
  const found = names.map((name) => columns.indexOf(name)).find((at) => at >= 0);
  return found ?? null;
}
