import { AfferentError } from '../../schema/errors.ts';
import type { StreamInput } from '../../schema/model.ts';
import type { SignalPiece, Slice } from '../encoder/stream/block.ts';
import { delimiterOf, parseRows } from '../sources/reading/csv-rows.ts';
import { RowSlicer } from '../sources/reading/rows.ts';
import { momentFrom, msOf } from '../sources/reading/time.ts';
import type { Unit } from '../sources/reading/unit.ts';

/** Columns of a table of minutes, and the signal that each holds. */
const signalColumns: Readonly<Record<string, string>> = { activity: 'ACTIVITY', heart_rate: 'HR', hr: 'HR' };
const missing = new Set(['', 'na', 'nan', 'null']);
const minuteMs = 60_000;
/** Bytes of a row. */
const longestRow = 64 * 1024;

/** Signals of a model that a table of minutes can hold: one value a minute. */
export function minuteSignals({ signals }: StreamInput): string[] {
  const known = new Set(Object.values(signalColumns));
  return Object.entries(signals).flatMap(([name, { rate, channels }]) =>
    known.has(name) && channels === 1 && Math.abs(rate * 60 - 1) < 1e-9 ? [name] : [],
  );
}

/**
 * A CSV of minutes as slices of a recording: `time` (ISO or epoch; without a zone as if UTC), `activity` (counts a minute),
 * `heart_rate` or `hr` (beats a minute), one or both. Values of one minute are averaged; an empty cell or `NA` is missing. A
 * row of a minute that is already past is passed over.
 * @throws AfferentError `not-this-kind` without these columns, `line-too-long`, `not-csv`, `no-time` or `bad-value`
 */
export async function* minuteSlices(bytes: AsyncIterable<Buffer>, input: StreamInput): AsyncGenerator<Slice> {
  const slicer = new RowSlicer(longestRow);
  const table = new MinuteTable(minuteSignals(input));
  for await (const chunk of bytes) for (const unit of slicer.push(chunk)) yield* table.read(unit);
  for (const unit of slicer.end()) yield* table.read(unit);
  yield* table.end();
}

interface Minute {
  number: number;
  sums: number[];
  counts: number[];
}

class MinuteTable {
  private readonly wanted: readonly string[];
  private header: { delimiter: string; time: number; signals: { name: string; at: number }[] } | null = null;
  private minute: Minute | null = null;
  /** Number of the minute that is being filled or comes next. */
  private past = Number.NEGATIVE_INFINITY;

  constructor(wanted: readonly string[]) {
    this.wanted = wanted;
  }

  /** The slice of a minute that the row ends. */
  *read({ bytes, tooLong }: Unit): Generator<Slice> {
    if (tooLong) throw new AfferentError('line-too-long');
    const text = bytes.toString('utf8');
    if (this.header === null) return this.readHeader(text);
    const { delimiter, time, signals } = this.header;
    const cells = parseRows([text], delimiter)[0];
    if (!cells) throw new AfferentError('not-csv');
    const at = momentFrom(cells[time] ?? '', null);
    if (at === null) throw new AfferentError('no-time');
    const number = Math.floor(msOf(at) / minuteMs);
    if (number < this.past) return;
    if (this.minute !== null && number > this.minute.number) yield* this.end();
    this.past = number;
    this.minute ??= { number, sums: signals.map(() => 0), counts: signals.map(() => 0) };
    for (const [k, signal] of signals.entries()) this.add(this.minute, k, cells[signal.at] ?? '');
  }

  /** The slice of the last minute. */
  *end(): Generator<Slice> {
    if (this.minute === null || this.header === null) return;
    const { number, sums, counts } = this.minute;
    const startMs = number * minuteMs;
    const pieces = this.header.signals.map(({ name }, k): SignalPiece => {
      const mean = (sums[k] ?? 0) / (counts[k] ?? 0);
      return { signal: name, startMs, rate: 1 / 60, channels: 1, values: Float32Array.of(mean) };
    });
    this.minute = null;
    yield { pieces: pieces.filter(({ values }) => !Number.isNaN(values[0])), untilMs: startMs + minuteMs };
  }

  private readHeader(text: string): void {
    const delimiter = delimiterOf(text);
    const columns = parseRows([text], delimiter)[0]?.map((name) => name.trim().toLowerCase()) ?? [];
    const signals = columns.flatMap((column, at) => {
      const name = signalColumns[column];
      return name !== undefined && this.wanted.includes(name) ? [{ name, at }] : [];
    });
    const time = columns.indexOf('time');
    if (time < 0 || signals.length === 0) throw new AfferentError('not-this-kind');
    this.header = { delimiter, time, signals };
  }

  private add({ sums, counts }: Minute, k: number, cell: string): void {
    const text = cell.trim();
    if (missing.has(text.toLowerCase())) return;
    const value = Number(text);
    if (!Number.isFinite(value)) throw new AfferentError('bad-value');
    sums[k] = (sums[k] ?? 0) + value;
    counts[k] = (counts[k] ?? 0) + 1;
  }
}
