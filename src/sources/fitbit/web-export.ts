import type { Moment } from '../../../schema/records.ts';
import type { Parsed } from '../../../schema/source.ts';
import type { Clock } from '../reading/clock.ts';
import type { DriftOnce } from '../reading/drift.ts';
import { rowFrame } from '../reading/frames.ts';
import { addNumber, contentId, eventOutcome, numberFrom, type Values } from '../reading/measurements.ts';
import { snakeCase, unitOfName } from '../reading/names.ts';
import { left, type Outcome, settled } from '../reading/outcome.ts';
import { RowSlicer } from '../reading/rows.ts';
import { type Row, Table } from '../reading/tables.ts';
import type { Unit } from '../reading/unit.ts';
import { SectionRows } from './sections.ts';
import { DEVICE } from './series.ts';
import { americanOf } from './times.ts';
import { massUnit, toKilograms } from './weight.ts';

const THOUSANDS = /^\d{1,3}(?:,\d{3})+(?:\.\d+)?$/;
const YEAR_LAST = /^(\d{1,2})-(\d{1,2})-(\d{4})(.*)$/;
const ASLEEP = /^time in bed$/i;

/** Rows of `fitbit_export_….csv`, where a section has its own header. */
export async function* parseSections(chunks: AsyncIterable<Buffer>, clock: Clock, drift: DriftOnce): AsyncGenerator<Parsed> {
  const reader = new SectionReader(clock, drift);
  const slicer = new RowSlicer();
  for await (const chunk of chunks) yield* reader.read(slicer.push(chunk));
  yield* reader.read(slicer.end());
}

class SectionReader {
  readonly #clock: Clock;
  readonly #drift: DriftOnce;
  readonly #rows = new SectionRows();
  #table: Table;
  #head: Buffer[] = [];

  constructor(clock: Clock, drift: DriftOnce) {
    this.#clock = clock;
    this.#drift = drift;
    this.#table = new Table({}, drift);
  }

  *read(units: readonly Unit[]): Generator<Parsed> {
    for (const unit of units) {
      const is = this.#rows.next(unit);
      if (is === 'title') [this.#table, this.#head] = [new Table({ preamble: 1, mayBeShort: true }, this.#drift), []];
      if (is !== 'row') this.#head.push(unit.bytes);
      const head = this.#head;
      for (const [row, cells] of this.#table.rows([unit])) {
        row.frame = () => rowFrame(head);
        yield settled(row, Object.getPrototypeOf(cells) === null ? rowOutcome(cells as Row, this.#clock) : (cells as Outcome));
      }
    }
  }
}

/** Which section a row is of, its columns tell: meals and sections in other languages are left out. */
function rowOutcome(row: Row, clock: Clock): Outcome {
  if ('Start Time' in row && 'End Time' in row) return sleepRow(row, clock);
  if (!('Date' in row)) return left('not-collected');
  const time = clock.at(dayIn(row.Date));
  const values: Values = {};
  const isBody = 'BMI' in row;
  if (isBody) addBody(values, row);
  else for (const [column, cell] of Object.entries(row)) if (column !== 'Date') addPlain(values, column, cell);
  const id = time === null ? null : `web ${contentId(time.utc, ...Object.keys(row))}`;
  return eventOutcome(clock, { id, event: isBody ? 'other' : 'summary', time, end: null, values, device: DEVICE, version: null });
}

function sleepRow(row: Row, clock: Clock): Outcome {
  const [time, end] = [row['Start Time'], row['End Time']].map((written): Moment | null => clock.at(americanOf(dayIn(written))));
  const values: Values = {};
  for (const [column, cell] of Object.entries(row)) if (!/ Time$/.test(column)) addPlain(values, column, cell);
  const id = time ? `web sleep ${contentId(time.utc, end?.utc)}` : null;
  return eventOutcome(clock, { id, event: 'sleep', time: time ?? null, end: end ?? null, values, device: DEVICE, version: null });
}

/** The index of body mass tells the unit of a weight. Zeros are what nobody entered. */
function addBody(values: Values, row: Row): void {
  const [weight, index, fat] = [row.Weight, row.BMI, row.Fat].map(plain);
  const unit = massUnit(numberFrom(weight), numberFrom(index), null);
  const isThere = (written: unknown): boolean => numberFrom(written) > 0;
  if (isThere(weight)) {
    addNumber(values, 'body_mass', weight, unit === null ? '{unstated}' : 'kg', (value) => toKilograms(value, unit), unit ?? '');
  }
  if (isThere(index)) addNumber(values, 'body_mass_index', index, 'kg/m2');
  if (isThere(fat)) addNumber(values, 'body_fat', fat, '%');
}

/** Distances are in the account's unit, which is not said. */
function addPlain(values: Values, column: string, cell: string): void {
  const unit = column === 'Distance' ? '{unstated}' : ASLEEP.test(column) ? 'min' : unitOfName(column);
  addNumber(values, snakeCase(column), plain(cell), unit);
}

function plain(cell: string | undefined): string {
  const written = cell?.trim() ?? '';
  return THOUSANDS.test(written) ? written.replaceAll(',', '') : written;
}

/** Days are written `2016-01-31`, or with the year last and the day first where that is the custom. */
function dayIn(written: string | undefined): string | undefined {
  const found = YEAR_LAST.exec(written ?? '');
  if (found === null) return written;
  const [, first = '', second = '', year, rest] = found;
  const [day, month] = Number(second) > 12 ? [second, first] : [first, second];
  return `${year}-${month.padStart(2, '0')}-${day.padStart(2, '0')}${rest}`;
}
