import type { ParseContext, Parsed } from '../../../schema/source.ts';
import { Clock } from '../reading/clock.ts';
import { DriftOnce } from '../reading/drift.ts';
import { fieldsOf, isFields } from '../reading/json-unit.ts';
import { LineSlicer } from '../reading/lines.ts';
import { bad, left, type Outcome, settled } from '../reading/outcome.ts';
import type { Unit } from '../reading/unit.ts';
import { numberRecords, tableName } from './records.ts';
import { HEAD, rowOutcome } from './row.ts';

/** Columns beside the value that the platform has had so far, in any table. */
const KNOWN: ReadonlySet<string> = new Set([
  ...HEAD,
  ...['device_data_provider_id', 'measurement_location', 'measurement_method', 'specimen_source', 'relation_to_meal', 'meal_type'],
  ...[
    'systolic',
    'diastolic',
    'body_position',
    'type',
    'exercise_type',
    'session_rate_of_perceived_exertion',
    'planned_exercise_session_id',
  ],
  ...['stage_type', 'lap_length', 'segment_type', 'repetitions_count', 'set_index', 'weight_grams', 'rate_of_perceived_exertion'],
  ...['activity_intensity_type', 'baseline'],
]);
/** Tables by which the platform keeps its own house, and records that are left out on purpose. */
const HOUSEKEEPING =
  /^(?:android_metadata|room_master_table|(?:application|device)_info_table|device_data_\w+|(?:change|access|read_access)_logs?\w*|activity_date_table|preference_table|migration_entity_table|backup_\w+|health_data_category_priority_table|medical_\w+|exercise_route_table|planned_exercise_\w+|(?:menstruation|ovulation|cervical|intermenstrual|sexual)\w+|nutrition_record_table)$/;

/** Rows of a database, as `databaseLines` hands them over. */
export async function* parseDatabase(chunks: AsyncIterable<Buffer>, context: ParseContext): AsyncGenerator<Parsed> {
  const reader = { clock: new Clock(context), drift: new DriftOnce(context) };
  const slicer = new LineSlicer('alone');
  for await (const chunk of chunks) for (const unit of slicer.push(chunk)) yield parsed(unit, reader);
  for (const unit of slicer.end()) yield parsed(unit, reader);
}

interface Reader {
  clock: Clock;
  drift: DriftOnce;
}

function parsed(unit: Unit, reader: Reader): Parsed {
  const read = fieldsOf(unit);
  if ('fault' in read) return read.fault;
  const { table, row, damaged } = read.fields;
  if (typeof table !== 'string') return settled(unit, bad('wrong-shape'));
  if (damaged === true) return settled(unit, bad('part-unreadable'));
  return settled(unit, isFields(row) ? lineOutcome(table, row, reader) : notRead(table, reader));
}

function notRead(table: string, { drift }: Reader): Outcome {
  const hasParent = /^[A-Z]\w+RecordTable$|^(?:heart_rate|skin_temperature)_record_table$/.test(table);
  if (!hasParent && !HOUSEKEEPING.test(table)) drift.note('unknown-field', table);
  return left('not-collected');
}

function lineOutcome(written: string, row: Readonly<Record<string, unknown>>, { clock, drift }: Reader): Outcome {
  const table = tableName(written);
  const column = Object.hasOwn(numberRecords, table) ? numberRecords[table]?.column : undefined;
  for (const name of Object.keys(row)) if (name !== column && !KNOWN.has(name)) drift.note('unknown-field', name);
  // A value that is not there is empty; a column that is not there has another name now.
  if (column !== undefined && !Object.hasOwn(row, column)) {
    drift.note('missing-field', column);
    return bad('wrong-shape', 'value');
  }
  return rowOutcome(table, row, clock);
}
