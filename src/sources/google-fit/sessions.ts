import type { Clock } from '../reading/clock.ts';
import { isFields } from '../reading/documents.ts';
import { addNumber, addWord, contentId, eventOutcome, type Values } from '../reading/measurements.ts';
import { snakeCase } from '../reading/names.ts';
import { bad, type Outcome } from '../reading/outcome.ts';
import { outsideText } from '../reading/outside-text.ts';
import { momentFrom, msOf } from '../reading/time.ts';
import { fitTypes } from './types.ts';

const OFFSET_IN_NAME = /([+-])(\d\d)_(\d\d)_[^/]*$/;

/** A session of `All Sessions`. Its times are UTC; the offset stands in the file's name. */
export function sessionOutcome(session: unknown, name: string, clock: Clock): Outcome {
  if (!isFields(session)) return bad('wrong-shape');
  const offset = offsetIn(name);
  const moments = [session.startTime, session.endTime].map((written) => {
    const read = momentFrom(written, null);
    return read === null ? null : clock.withOffset(msOf(read), offset);
  });
  const [time = null, end = null] = moments;
  const activity = outsideText(session.fitnessActivity ?? 'unknown');
  const isSleep = activity === 'sleep' || activity.startsWith('sleep.');
  const values: Values = {};
  addWord(values, 'activity', activity);
  const duration = typeof session.duration === 'string' ? session.duration.replace(/s$/, '') : session.duration;
  addNumber(values, 'duration', duration, 'min', (seconds) => seconds / 60);
  for (const item of Array.isArray(session.aggregate) ? session.aggregate : []) {
    if (!isFields(item)) continue;
    const type = outsideText(item.metricName).replace(/^com\.google\./, '');
    const known = Object.hasOwn(fitTypes, type) ? fitTypes[type] : undefined;
    addNumber(values, known?.signal ?? snakeCase(type), item.floatValue ?? item.intValue, known?.unit ?? '1', known?.convert);
  }
  if (Array.isArray(session.segment)) addNumber(values, 'segments', session.segment.length, '1');
  const id = time === null || end === null ? null : contentId('session', activity, time.utc, end.utc);
  return eventOutcome(clock, { id, event: isSleep ? 'sleep' : 'workout', time, end, values, device: null, version: null });
}

/** Minutes east, from a name such as `2024-05-21T16_02_57+03_00_BIKING.json`. */
function offsetIn(name: string): number | null {
  const [, sign, hours, minutes] = OFFSET_IN_NAME.exec(name) ?? [];
  return sign === undefined ? null : (sign === '-' ? -1 : 1) * (Number(hours) * 60 + Number(minutes));
}
