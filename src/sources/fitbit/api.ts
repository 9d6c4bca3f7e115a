import type { Clock } from '../reading/clock.ts';
import type { JsonPath } from '../reading/document-paths.ts';
import type { JsonUnit } from '../reading/document-units.ts';
import { isFields } from '../reading/documents.ts';
import { addNumber, eventOutcome, numberFrom, sampleOutcome, type Values } from '../reading/measurements.ts';
import { bad, type Outcome } from '../reading/outcome.ts';
import { outsideText } from '../reading/outside-text.ts';
import { ownValue } from '../reading/own-value.ts';
import { msOf } from '../reading/time.ts';
import type { AccountFacts } from './facts.ts';
import { logOutcome } from './logs.ts';
import { DEVICE } from './series.ts';
import { dayOf, localOf } from './times.ts';

/** Answers of the Web API: lists of logs, daily values, and the series of one day. */
export const apiPaths: readonly JsonPath[] = [
  ['*', '[]'],
  ['*', 'dataset', '[]'],
];

const LOGS: Readonly<Record<string, string>> = { sleep: 'sleep', weight: 'weight', activities: 'exercise' };
const SERIES: Readonly<Record<string, readonly [signal: string, unit: string]>> = {
  heart: ['heart_rate', '/min'],
  steps: ['steps', '1'],
  calories: ['energy', 'kcal'],
  floors: ['flights_climbed', '1'],
};
const SPANS: Readonly<Record<string, number>> = { minute: 60_000, second: 1000 };

/** One answer. Its series states the time of day alone: the day stands in the daily value before it. */
export class ApiAnswer {
  readonly #clock: Clock;
  readonly #facts: AccountFacts;
  #day: unknown = null;

  constructor(clock: Clock, facts: AccountFacts) {
    this.#clock = clock;
    this.#facts = facts;
  }

  outcome(value: unknown, unit: JsonUnit): Outcome {
    if (!isFields(value)) return bad('wrong-shape');
    const word = ownValue(LOGS, unit.path);
    if (word !== undefined) return logOutcome(word, value, this.#clock, this.#facts);
    const [, name = '', intraday] = /^activities-([a-z]+)(-intraday\.dataset)?$/.exec(unit.path) ?? [];
    if (intraday === undefined) return this.#daily(name, value);
    const known = ownValue(SERIES, name);
    if (known === undefined) return bad('wrong-shape', 'signal');
    const [signal, unitName] = known;
    const time = localOf(`${outsideText(this.#day)} ${outsideText(value.time)}`, this.#clock);
    const scope = unit.scopes[1] ?? {};
    const spanMs =
      name === 'heart' ? 0 : (ownValue(SPANS, outsideText(scope.datasetType)) ?? 60_000) * (numberFrom(scope.datasetInterval) || 1);
    const end = time === null ? {} : { endMs: msOf(time) + spanMs };
    return sampleOutcome(this.#clock, { signal, unit: unitName, device: DEVICE, time, value: value.value, ...end });
  }

  #daily(name: string, value: Readonly<Record<string, unknown>>): Outcome {
    this.#day = value.dateTime;
    const time = dayOf(value.dateTime, this.#clock);
    const values: Values = {};
    const [signal, unit] = ownValue(SERIES, name) ?? [name || 'value', '1'];
    addNumber(values, signal, value.value, unit);
    const id = time === null ? null : `daily ${name} ${time.day}`;
    return eventOutcome(this.#clock, { id, event: 'summary', time, end: null, values, device: DEVICE, version: null });
  }
}
