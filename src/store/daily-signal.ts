import { setImmediate as turn } from 'node:timers/promises';
import type { Store } from './open.ts';
import { unseal } from './seal.ts';
import { decodeSamples, noOffset, type SampleColumns } from './series-codec.ts';

/** A signal of one participant on one local day, of one device at a time. */
export interface DailySignal {
  participant: string;
  signal: string;
  unit: string;
  day: string;
  /** Whether `value` is the sum of the day or the mean of its hours' means. */
  how: 'sum' | 'mean';
  value: number;
  /** Local hours with any sample. */
  hours: number;
  /** Samples behind the value, and those of other devices in the same hours, which are left out. */
  samples: number;
  left_out: number;
  /** Devices that were taken at some hour. */
  devices: number;
}

const hourMs = 3_600_000;
const slice = 100;
/** What lies over less than this is of no whole day. */
export const shortestDayMs = 20 * hourMs;

/** Signals whose values add up over time; of all others the level is meant. */
const additive =
  /^(?:steps|push_count|swimming_stroke_count|flights_climbed|floors|elevation_gain|energy|(?:active|basal)_energy|distance(?:_(?:walking_running|cycling|swimming|wheelchair))?|heart_minutes|active_zone_minutes|time_in_daylight|(?:exercise|stand|move|active|sedentary|(?:lightly|moderately|very)_active)_time)$/;

export function isAdditive(signal: string): boolean {
  return additive.test(signal);
}

/** Samples of a whole day apart from those of less. */
export function byLength(columns: SampleColumns): { shorter: SampleColumns; whole: SampleColumns } {
  const { start, end, value, offset } = columns;
  const isWhole = (i: number) => (end[i] as number) - (start[i] as number) >= shortestDayMs;
  const taken = (are: boolean): SampleColumns => {
    const at = Array.from(start.keys()).filter((i) => isWhole(i) === are);
    const column = (of: Float64Array) => Float64Array.from(at, (i) => of[i] as number);
    const offsets = Int16Array.from(at, (i) => offset[i] as number);
    return { ...columns, start: column(start), end: column(end), value: column(value), offset: offsets };
  };
  return { shorter: taken(false), whole: taken(true) };
}

/** What is worn goes before what is carried, and both before what cannot be told. */
const classes = [
  /watch|band|ring|fitbit|garmin|oura|whoop|polar|withings|empatica|versa|charge|inspire|vivo|fenix|forerunner/i,
  /phone|pixel|galaxy|android|handy|xperia|oneplus|huawei|xiaomi|redmi/i,
];

/** 0 for a device that is worn, 1 for a phone, 2 for any other, by its name. */
export function deviceClass(device: string): number {
  const found = classes.findIndex((pattern) => pattern.test(device));
  return found === -1 ? classes.length : found;
}

/** What a device says of a whole day. */
interface Statement {
  value: number;
  hours: number;
}

interface Bucket {
  sum: number;
  weight: number;
  samples: number;
}

/**
 * Days of one signal from samples of any devices. In each local hour one device counts: a worn one before a phone before others, then
 * the one with most samples on that day, then by source and name. Devices are never added up. A sample over several hours is shared
 * out by its time in each. What adds up over a whole day is a statement of that day: it counts where nothing shorter is there, of one
 * device, of several the largest.
 */
export class DailyRule {
  readonly #additive: boolean;
  /** Local hour → device → what it has in it. */
  readonly #hours = new Map<number, Map<string, Bucket>>();
  /** Local day and device → samples. */
  readonly #counts = new Map<string, number>();
  /** Local day → device → what it says of the whole of it. */
  readonly #wholes = new Map<number, Map<string, Statement[]>>();

  constructor(signal: string) {
    this.#additive = isAdditive(signal);
  }

  add(source: string, columns: SampleColumns): void {
    const name = `${deviceClass(columns.device)}\0${source}\0${columns.device}`;
    const { shorter, whole } = this.#additive ? byLength(columns) : { shorter: columns, whole: null };
    this.#addHours(name, shorter);
    if (whole !== null) this.#addWholes(name, whole);
  }

  #addWholes(name: string, { start, end, value, offset }: SampleColumns): void {
    for (let i = 0; i < start.length; i++) {
      const minutes = offset[i] === noOffset ? 0 : (offset[i] as number);
      const [from, to] = [start[i] as number, end[i] as number];
      const day = Math.floor(((from + to) / 2 + minutes * 60_000) / (24 * hourMs));
      const devices = this.#wholes.get(day) ?? new Map<string, Statement[]>();
      this.#wholes.set(day, devices);
      const said = devices.get(name) ?? [];
      devices.set(name, said);
      said.push({ value: value[i] as number, hours: Math.min(24, Math.ceil((to - from) / hourMs)) });
    }
  }

  #addHours(name: string, { start, end, value, offset }: SampleColumns): void {
    for (let i = 0; i < start.length; i++) {
      const minutes = offset[i] === noOffset ? 0 : (offset[i] as number);
      const from = (start[i] as number) + minutes * 60_000;
      const to = Math.max(from, (end[i] as number) + minutes * 60_000);
      this.#count(`${Math.floor(from / (24 * hourMs))}\0${name}`);
      this.#share(name, from, to, value[i] as number);
    }
  }

  #count(key: string): void {
    this.#counts.set(key, (this.#counts.get(key) ?? 0) + 1);
  }

  #share(name: string, from: number, to: number, value: number): void {
    const first = Math.floor(from / hourMs);
    // A sample that ends with the hour has nothing in the next one.
    const last = Math.max(first, Math.ceil(to / hourMs) - 1);
    for (let hour = first; hour <= last; hour++) {
      const within = Math.min(to, (hour + 1) * hourMs) - Math.max(from, hour * hourMs);
      const share = first === last ? 1 : within / (to - from);
      const devices = this.#hours.get(hour) ?? new Map<string, Bucket>();
      this.#hours.set(hour, devices);
      const bucket = devices.get(name) ?? { sum: 0, weight: 0, samples: 0 };
      devices.set(name, bucket);
      bucket.sum += value * share;
      bucket.weight += share;
      if (hour === first) bucket.samples += 1;
    }
  }

  /** Days in their order. */
  days(): Omit<DailySignal, 'participant' | 'signal' | 'unit'>[] {
    const days = new Map<number, { hours: number[]; samples: number; left: number; devices: Set<string> }>();
    for (const hour of [...this.#hours.keys()].sort((a, b) => a - b)) {
      const devices = this.#hours.get(hour) as Map<string, Bucket>;
      const number = Math.floor(hour / 24);
      const taken = this.#device(number, [...devices.keys()]);
      const bucket = devices.get(taken) as Bucket;
      const day = days.get(number) ?? { hours: [], samples: 0, left: 0, devices: new Set<string>() };
      days.set(number, day);
      day.hours.push(this.#additive ? bucket.sum : bucket.sum / bucket.weight);
      day.samples += bucket.samples;
      day.devices.add(taken);
      for (const [name, other] of devices) if (name !== taken) day.left += other.samples;
    }
    const counted = [...days].map(([number, { hours, samples, left, devices }]) => {
      const sum = hours.reduce((a, b) => a + b, 0);
      return {
        day: dayOf(number),
        how: this.#additive ? ('sum' as const) : ('mean' as const),
        value: this.#additive ? sum : sum / hours.length,
        hours: hours.length,
        samples,
        left_out: left + [...(this.#wholes.get(number)?.values() ?? [])].flat().length,
        devices: devices.size,
      };
    });
    const stated = [...this.#wholes].flatMap(([number, devices]) => (days.has(number) ? [] : [statedDay(number, devices)]));
    return [...counted, ...stated].sort((a, b) => (a.day < b.day ? -1 : 1));
  }

  #device(day: number, names: string[]): string {
    const samples = (name: string) => this.#counts.get(`${day}\0${name}`) ?? 0;
    const order = (a: string, b: string) => {
      return Number(a[0]) - Number(b[0]) || samples(b) - samples(a) || (a < b ? -1 : 1);
    };
    return names.sort(order)[0] as string;
  }
}

/** A day of which there are statements alone. Names begin with the class of their device. */
function statedDay(number: number, devices: ReadonlyMap<string, Statement[]>): Omit<DailySignal, 'participant' | 'signal' | 'unit'> {
  const said = devices.get([...devices.keys()].sort()[0] as string) as Statement[];
  const largest = said.reduce((a, b) => (b.value > a.value ? b : a));
  const others = [...devices.values()].flat().length - 1;
  return { day: dayOf(number), how: 'sum', ...largest, samples: 1, left_out: others, devices: 1 };
}

function dayOf(number: number): string {
  return new Date(number * 24 * hourMs).toISOString().slice(0, 10);
}

/** Days of one of a participant's signals with samples (not of recordings at a fixed rate). Rows are opened a slice at a time. */
export async function dailySignal(store: Store, key: Buffer, participant: string, signal: string): Promise<DailySignal[]> {
  const index = await store.db
    .selectFrom('series')
    .select(['id', 'unit'])
    .where('participant', '=', participant)
    .where('signal', '=', signal)
    .where('form', '=', 'samples')
    .orderBy('start_ms')
    .orderBy('id')
    .execute();
  const rules = new Map<string, DailyRule>();
  for (let i = 0; i < index.length; i += slice) {
    const ids = index.slice(i, i + slice).map((row) => row.id);
    const rows = await store.db
      .selectFrom('series')
      .select(['id', 'source', 'unit', 'body'])
      .where('id', 'in', ids)
      .orderBy('start_ms')
      .orderBy('id')
      .execute();
    for (const row of rows) {
      const rule = rules.get(row.unit) ?? new DailyRule(signal);
      rules.set(row.unit, rule);
      rule.add(row.source, decodeSamples(unseal(key, `series|${row.id}`, row.body)));
    }
    await turn();
  }
  return [...rules].flatMap(([unit, rule]) => rule.days().map((day) => ({ participant, signal, unit, ...day })));
}
