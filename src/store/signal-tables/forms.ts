/** What a participant's signals are told in: a value a minute, or a value a day. */
export type StepForm = 'minutes' | 'days';

export interface FormSpec {
  /** Rises with every change of what is made of the same rows: tables are then made anew, beside those that runs have frozen. */
  rule: number;
  stepMs: number;
  /** Steps of a stretch: what one row holds, so that new data makes one row anew and leaves the others. */
  steps: number;
  /** Signals with samples that it is made of, by the names that sources give. */
  samples: readonly string[];
  /** Whether events (nights, calls, the screen) go in. */
  events: boolean;
  /** The first and the last day of all may not have been whole, so they are not heard. */
  trimmed: boolean;
}

const minuteMs = 60_000;
export const dayMs = 24 * 60 * minuteMs;

export const forms: Readonly<Record<StepForm, FormSpec>> = {
  minutes: { rule: 1, stepMs: minuteMs, steps: 1440, samples: ['heart_rate', 'activity'], events: false, trimmed: false },
  days: {
    rule: 1,
    stepMs: dayMs,
    steps: 32,
    samples: ['steps', 'steps_daily', 'sleep_duration', 'total_sleep_time', 'sleep', 'screen', 'calls', 'on_foot', 'talk'],
    events: true,
    trimmed: true,
  },
};

/** Values of one signal by the number of their step since 1970. */
export type StepValues = Map<number, number>;

/** Values of a stretch by the name that models have for a signal. */
export type TableValues = Record<string, StepValues>;

/** Whether an input is told by the minute or day, and no text or recording. */
export function isStepForm(input: string): input is StepForm {
  return Object.hasOwn(forms, input);
}
