import type { Event } from '../../../schema/records.ts';
import { byLength, DailyRule, shortestDayMs } from '../daily-signal.ts';
import { noOffset, type SampleColumns } from '../series-codec.ts';
import { dayMs, type StepValues, type TableValues } from './forms.ts';
import { Nights } from './nights.ts';
import { OneDevice } from './one-device.ts';
import { ScreenTime } from './screen-time.ts';
import { toMinutes } from './units.ts';

/** Samples of a study's own apps that say a day's value under the model's own word, and in what. */
const own: Readonly<Record<string, { name: string; timed: boolean }>> = {
  screen: { name: 'SCREEN', timed: true },
  calls: { name: 'CALLS', timed: false },
  on_foot: { name: 'ON_FOOT', timed: true },
  talk: { name: 'TALK', timed: true },
};
const nightSamples: ReadonlySet<string> = new Set(['sleep', 'sleep_duration', 'total_sleep_time']);

/** Calls that nobody took. */
const notTaken = /miss|reject|block|voicemail/i;

type DeviceSamples = { source: string; columns: SampleColumns[] };

/** Days of steps, sleep, screen and calls, by the local day that each source states. */
export class DayValues {
  readonly #steps = new Map<string, DeviceSamples>();
  readonly #stepTotals = new OneDevice();
  readonly #nights = new Nights();
  readonly #screen = new ScreenTime();
  readonly #calls = new OneDevice();
  readonly #own = new Map<string, OneDevice>();

  samples(source: string, signal: string, unit: string, columns: SampleColumns): void {
    if (signal === 'steps') {
      // A sum of the whole day, shared out over its hours, would stand beside what other devices counted in theirs.
      const { shorter, whole } = byLength(columns);
      this.#keepSteps(source, shorter);
      this.#tell(source, 'steps_daily', unit, whole);
    } else this.#tell(source, signal, unit, columns);
  }

  #tell(source: string, signal: string, unit: string, columns: SampleColumns): void {
    const { device, start, end, value, offset } = columns;
    for (let i = 0; i < start.length; i++) {
      const shift = offset[i] === noOffset ? 0 : (offset[i] as number) * 60_000;
      const [from, to, number] = [(start[i] as number) + shift, (end[i] as number) + shift, value[i] as number];
      const day = Math.floor(from / dayMs);
      if (signal === 'steps_daily') this.#stepTotals.total(Math.floor((from + to) / 2 / dayMs), source, device, number);
      else if (nightSamples.has(signal)) {
        const minutes = toMinutes(number, unit);
        // What is said of a whole day is of that day, what is said of a night of the day on which it ends.
        if (minutes !== null) this.#nights.total(source, device, from, to - from < shortestDayMs ? to : from, minutes);
      } else this.#addOwn(signal, source, device, day, number, unit);
    }
  }

  #keepSteps(source: string, columns: SampleColumns): void {
    const name = `${source}\0${columns.device}`;
    const samples = this.#steps.get(name) ?? { source, columns: [] };
    this.#steps.set(name, samples);
    samples.columns.push(columns);
  }

  #addOwn(signal: string, source: string, device: string, day: number, value: number, unit: string): void {
    const known = own[signal];
    const number = known?.timed ? toMinutes(value, unit) : value;
    if (known === undefined || number === null) return;
    const days = this.#own.get(known.name) ?? new OneDevice();
    this.#own.set(known.name, days);
    days.add(day, source, device, number);
  }

  event(source: string, event: Event): void {
    const { time, end, values, device } = event;
    const from = localMs(time);
    const to = end === null ? null : localMs(end);
    if (event.event === 'sleep') this.#nights.event(source, event, from, to);
    else if (event.event === 'screen') this.#screen.event(source, event, from);
    else if (event.event === 'call') {
      const kind = values.call_type?.value ?? '';
      if (!notTaken.test(String(kind))) this.#calls.add(Math.floor(from / dayMs), source, device ?? '', 1);
    } else if (event.event === 'summary' && typeof values.steps?.value === 'number') {
      if (to === null || to - from >= shortestDayMs)
        this.#stepTotals.total(Math.floor(from / dayMs), source, device ?? '', values.steps.value);
    }
  }

  values(): TableValues {
    const values: TableValues = {
      STEPS: either(this.#stepDays(), this.#stepTotals.values()),
      SLEEP: this.#nights.values(),
      SCREEN: this.#screen.values(),
      CALLS: this.#calls.values(),
    };
    // A study's own sum of a day goes before what its events add up to.
    for (const [name, days] of this.#own) values[name] = either(days.values(), values[name] ?? new Map());
    return values;
  }

  /** As `daily_signal` has them. */
  #stepDays(): StepValues {
    const rule = new DailyRule('steps');
    for (const { source, columns } of this.#steps.values()) rule.add(source, inOrder(columns));
    return new Map(rule.days().map(({ day, value }) => [Date.parse(day) / dayMs, value]));
  }
}

/** The one where it has the day, else the other. */
function either(one: StepValues, other: StepValues): StepValues {
  return new Map([...other, ...one]);
}

function localMs({ utc, offset }: Event['time']): number {
  return Date.parse(utc) + (offset ?? 0) * 60_000;
}

/** Samples of a device in order of time, length and value: how they were cut into rows is then no part of a sum's last bit. */
function inOrder(all: readonly SampleColumns[]): SampleColumns {
  const [first] = all as [SampleColumns];
  const samples = all.flatMap(({ start, end, value, offset }) =>
    Array.from(start, (from, i) => [from, end[i] as number, value[i] as number, offset[i] as number] as const),
  );
  samples.sort((a, b) => a[0] - b[0] || a[1] - b[1] || a[2] - b[2] || a[3] - b[3]);
  const column = (k: 0 | 1 | 2) => Float64Array.from(samples, (sample) => sample[k]);
  const offset = Int16Array.from(samples, (sample) => sample[3]);
  return { ...first, start: column(0), end: column(1), value: column(2), offset };
}
