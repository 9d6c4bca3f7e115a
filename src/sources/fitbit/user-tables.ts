import type { Moment } from '../../../schema/records.ts';
import type { Clock } from '../reading/clock.ts';
import { addNumber, addWord, eventOutcome, sourceId, type Values } from '../reading/measurements.ts';
import { snakeCase, unitOfName } from '../reading/names.ts';
import type { Outcome } from '../reading/outcome.ts';
import type { Row } from '../reading/tables.ts';
import { momentFrom, msOf } from '../reading/time.ts';
import { deviceOf } from './devices.ts';
import { versionOf } from './times.ts';

const OFFSET = /^([+-])(\d\d):?(\d\d)$/;

/** A time of UTC beside which the row states its offset. */
function stated(row: Row, time: string, offset: string, clock: Clock): Moment | null {
  const read = momentFrom(row[time], null);
  const found = OFFSET.exec(row[offset]?.trim() ?? '');
  if (read === null) return null;
  const minutes = found === null ? null : (found[1] === '-' ? -1 : 1) * (Number(found[2]) * 60 + Number(found[3]));
  return clock.withOffset(msOf(read), minutes);
}

function numbered(name: string, id: string | undefined): string | null {
  const known = sourceId(id);
  return known === null ? null : `${name} ${known}`;
}

/** A row of `UserSleeps`: the same sleep log as in the JSON, under the same id. */
export function sleepRow(row: Row, clock: Clock): Outcome {
  const values: Values = {};
  for (const [column, cell] of Object.entries(row)) {
    if (column.startsWith('minutes_')) addNumber(values, column === 'minutes_in_sleep_period' ? 'time_in_bed' : column, cell, 'min');
  }
  addWord(values, 'sleep_type', row.sleep_type?.toLowerCase());
  addWord(values, 'recorded_by', row.data_source?.toLowerCase());
  return eventOutcome(clock, {
    id: numbered('sleep', row.sleep_id),
    event: 'sleep',
    time: stated(row, 'sleep_start', 'start_utc_offset', clock),
    end: stated(row, 'sleep_end', 'end_utc_offset', clock),
    values,
    device: deviceOf(undefined),
    version: versionOf(row.sleep_last_updated, clock),
  });
}

export function sleepStageRow(row: Row, clock: Clock): Outcome {
  const values: Values = {};
  addWord(values, 'stage', row.sleep_stage_type?.toLowerCase());
  addWord(values, 'sleep', row.sleep_id);
  const own = numbered('sleep-stage', row.sleep_stage_id);
  return eventOutcome(clock, {
    id: own === null ? null : `${own} of ${row.sleep_id}`,
    event: 'sleep',
    time: stated(row, 'sleep_stage_start', 'start_utc_offset', clock),
    end: stated(row, 'sleep_stage_end', 'end_utc_offset', clock),
    values,
    device: deviceOf(undefined),
    version: versionOf(row.sleep_stage_last_updated, clock),
  });
}

const WORDS: ReadonlySet<string> = new Set(['activity_name', 'log_type', 'activity_label']);

/** A row of `UserExercises`: the workout of the JSON under the same id, with all that the tracker counted. */
export function exerciseRow(row: Row, clock: Clock): Outcome {
  const values: Values = {};
  for (const [column, cell] of Object.entries(row)) {
    if (WORDS.has(column)) addWord(values, column === 'activity_name' ? 'activity' : column, cell);
    else if (/^(?:tracker|manually_logged)_/.test(column)) {
      if (column.endsWith('_mm')) addNumber(values, snakeCase(column.slice(0, -3)), cell, 'm', (mm) => mm / 1000);
      else addNumber(values, snakeCase(column), cell, unitOfName(column));
    }
  }
  return eventOutcome(clock, {
    id: numbered('workout', row.exercise_id),
    event: 'workout',
    time: stated(row, 'exercise_start', 'utc_offset', clock),
    end: stated(row, 'exercise_end', 'utc_offset', clock),
    values,
    device: deviceOf(undefined),
    version: versionOf(row.exercise_last_updated, clock),
  });
}
