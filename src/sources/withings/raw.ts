import type { Parsed } from '../../../schema/source.ts';
import type { Clock } from '../reading/clock.ts';
import type { DriftOnce } from '../reading/drift.ts';
import { numberFrom, sampleOutcome } from '../reading/measurements.ts';
import { snakeCase } from '../reading/names.ts';
import { bad, type Outcome, settled } from '../reading/outcome.ts';
import { RowSlicer } from '../reading/rows.ts';
import { isZero } from '../reading/scales.ts';
import { type Row, Table } from '../reading/tables.ts';
import { moment, msOf } from '../reading/time.ts';
import { oneOf, type Unit } from '../reading/unit.ts';

const SIGNALS: Readonly<Record<string, readonly [signal: string, unit: string]>> = {
  hr: ['heart_rate', '/min'],
  'respiratory-rate': ['respiratory_rate', '/min'],
  steps: ['steps', '1'],
  distance: ['distance', 'm'],
  elevation: ['elevation_gain', 'm'],
  altitude: ['altitude', 'm'],
  'calories-earned': ['active_energy', 'kcal'],
  'sleep-state': ['sleep_state', '1'],
  snoring: ['snoring', '1'],
  'gps-speed': ['speed', 'm/s'],
  'core-body-temperature': ['body_temperature', 'Cel'],
};
const NEVER_ZERO: ReadonlySet<string> = new Set(['heart_rate', 'respiratory_rate', 'body_temperature']);

/** Rows of `start`, durations in seconds and values, the last two perhaps lists: a sample for each value. */
export async function* parseRaw(chunks: AsyncIterable<Buffer>, name: string, clock: Clock, drift: DriftOnce): AsyncGenerator<Parsed> {
  const [, device = 'tracker', word = ''] = /raw_([a-z-]+)_(.+)\.csv$/i.exec(name) ?? [];
  const known = SIGNALS[word.toLowerCase()];
  if (known === undefined) drift.note('unknown-field', word);
  const [signal, unit] = known ?? [snakeCase(word), '1'];
  const table = new Table({}, drift);
  const slicer = new RowSlicer();
  const reader = { signal, unit, device: `Withings ${device}`, clock };
  for await (const chunk of chunks) yield* rowsOf(table, slicer.push(chunk), reader);
  yield* rowsOf(table, slicer.end(), reader);
}

interface Reader {
  signal: string;
  unit: string;
  device: string;
  clock: Clock;
}

function* rowsOf(table: Table, units: readonly Unit[], reader: Reader): Generator<Parsed> {
  for (const [unit, row] of table.rows(units)) {
    const values = valuesIn(unit);
    const found = Object.getPrototypeOf(row) === null ? samplesOf(row as Row, reader) : (row as Outcome);
    // Damage may part what the list holds from what its commas say.
    if (Array.isArray(found) && found.length === values)
      for (const [at, outcome] of found.entries()) yield settled(oneOf(unit, at, values), outcome);
    else yield { ...settled(unit, Array.isArray(found) ? bad('bad-value', 'value') : found), units: values };
  }
}

/** How many values a row has: commas behind its last opening bracket, and one. */
function valuesIn({ bytes, tooLong }: Unit): number {
  const from = tooLong ? -1 : bytes.lastIndexOf(0x5b);
  return from === -1 ? 1 : bytes.subarray(from).reduce((count, byte) => (byte === 0x2c ? count + 1 : count), 1);
}

/** By place, as the header is in the account's language. */
function samplesOf(row: Row, { signal, unit, device, clock }: Reader): Outcome[] {
  const [start = '', duration = '', value = ''] = Object.values(row);
  const first = clock.at(start);
  const durations = listOf(duration).map(numberFrom);
  let seconds = 0;
  return listOf(value).map((written, index) => {
    const lasts = durations[index] ?? Number.NaN;
    const time = first === null ? null : moment(msOf(first) + seconds * 1000, first.offset, first.zone);
    if (!(lasts >= 0)) return bad(first === null ? 'no-time' : 'bad-value', 'end', time?.day ?? null);
    seconds += lasts;
    const end = time === null ? {} : { endMs: msOf(time) + lasts * 1000 };
    const isNone = NEVER_ZERO.has(signal) ? { isNone: isZero } : {};
    return sampleOutcome(clock, { signal, unit, device, time, value: written, ...end, ...isNone });
  });
}

function listOf(cell: string): string[] {
  return cell.trim().replace(/^\[/, '').replace(/\]$/, '').split(',');
}
