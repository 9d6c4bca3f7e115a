import type { StreamInput } from '../../schema/model.ts';
import { msOf } from '../sources/reading/time.ts';
import { signalsIn, type TableForm } from './signalTable.ts';

const minuteMs = 60_000;

/** `time` (ISO or epoch; without a zone as if UTC), `activity` (counts a minute), `heart_rate` or `hr` (beats a minute). */
export const minutes: TableForm = {
  stepMs: minuteMs,
  time: ['time'],
  signals: { activity: 'ACTIVITY', heart_rate: 'HR', hr: 'HR' },
  startOf: (at) => Math.floor(msOf(at) / minuteMs) * minuteMs,
  several: 'mean',
};

/**
 * `date` (or `day`, or `time`: the local day counts as it is written, its midnight told as if UTC), `steps`, `calls` (taken and made), and
 * minutes of the day in `sleep`, `screen`, `on_foot` and `talk`. Of two values for a day the first counts; a table of hours is refused.
 */
export const days: TableForm = {
  stepMs: 24 * 60 * minuteMs,
  time: ['date', 'day', 'time'],
  signals: {
    steps: 'STEPS',
    on_foot: 'ON_FOOT',
    sleep: 'SLEEP',
    screen: 'SCREEN',
    calls: 'CALLS',
    talk: 'TALK',
  },
  startOf: (at) => Date.parse(at.day),
  several: 'first',
};

/** The form of table that a model of streams reads; null for one of wristbands. */
export function tableOf(input: StreamInput): TableForm | null {
  return [minutes, days].find((form) => signalsIn(form, input).length > 0) ?? null;
}
