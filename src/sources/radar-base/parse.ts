import { type Moment, SelfReport } from '../../../schema/records.ts';
import type { ParseContext, Parsed } from '../../../schema/source.ts';
import { Clock } from '../reading/clock.ts';
import { stateOutcome } from '../reading/device-state.ts';
import { DriftOnce } from '../reading/drift.ts';
import { LineSlicer } from '../reading/lines.ts';
import { contentId, eventOutcome, isMissing, numberFrom, sampleOutcome, type Values, valueName } from '../reading/measurements.ts';
import { bad, left, type Outcome, settled } from '../reading/outcome.ts';
import { ownValue } from '../reading/own-value.ts';
import { RowSlicer } from '../reading/rows.ts';
import { type Row, Table } from '../reading/tables.ts';
import { msOf } from '../reading/time.ts';
import { oneOf, type Unit } from '../reading/unit.ts';
import { isLost } from './avro-lines.ts';
import { saidOfDevice } from './device.ts';
import { axisUnit, eventOf, fields, isLeftOut } from './fields.ts';
import { answersIn, rowOfLine } from './row.ts';

const TIMES: ReadonlySet<string> = new Set(['time', 'timeReceived', 'timeCompleted', 'timeNotification', 'dateTime', 'date', 'startTime']);

/** What a number is where nothing was measured. */
const NOT_MEASURED = /^(?:NaN|[+-]?Infinity)$/;

/** What a topic's file holds. */
export interface Topic {
  name: string;
  form: 'table' | 'lines';
  isQuestionnaire: boolean;
}

/** Records of one topic. */
export async function* parseTopic(chunks: AsyncIterable<Buffer>, topic: Topic, context: ParseContext): AsyncGenerator<Parsed> {
  const reader = new TopicReader(topic, context);
  const slicer = topic.form === 'table' ? new RowSlicer() : new LineSlicer();
  for await (const chunk of chunks) yield* reader.take(slicer.push(chunk));
  yield* reader.take(slicer.end());
}

class TopicReader {
  readonly #topic: Topic;
  readonly #clock: Clock;
  readonly #table: Table | null;
  /** Whose records these are: the declared user, else that of the first record. */
  #user: string | null;
  readonly #isInferred: boolean;

  constructor(topic: Topic, context: ParseContext) {
    this.#topic = topic;
    this.#clock = new Clock(context);
    this.#user = context.account;
    this.#isInferred = context.account === null;
    this.#table = topic.form === 'table' ? new Table({ needed: ['value.time', 'value.dateTime'] }, new DriftOnce(context)) : null;
  }

  *take(units: Unit[]): Generator<Parsed> {
    if (this.#table !== null) {
      for (const [unit, row] of this.#table.rows(units)) {
        if (Object.getPrototypeOf(row) === null) yield* this.#settled(unit, row as Row);
        else yield settled(unit, row as Outcome);
      }
      return;
    }
    for (const unit of units) {
      if (isLost(unit.bytes)) {
        yield settled(this.#unit(unit), bad('part-unreadable'));
        continue;
      }
      const row = unit.tooLong ? null : rowOfLine(unit.bytes);
      if (row === null) yield settled(unit, bad(unit.tooLong ? 'line-too-long' : 'not-json'));
      else yield* this.#settled(unit, row);
    }
  }

  *#settled(unit: Unit, row: Row): Generator<Parsed> {
    const outcomes = this.#outcomes(row);
    for (const [at, outcome] of outcomes.entries()) yield settled(oneOf(this.#unit(unit), at, outcomes.length), outcome);
  }

  /** A row whose user was told by the first one has no frame: by itself it would be its own user's. */
  #unit(unit: Unit): Unit {
    const { bytes, end, tooLong } = unit;
    return this.#isInferred ? { bytes, end, tooLong } : unit;
  }

  #outcomes(row: Row): Outcome[] {
    const { name, isQuestionnaire } = this.#topic;
    const answers = isQuestionnaire ? answersIn(row) : [];
    const refused = this.#otherUser(row) ?? (isLeftOut(name) ? left('not-collected') : null);
    if (refused !== null) return answers.length === 0 ? [refused] : answers.map(() => refused);
    if (isQuestionnaire) return answers.length === 0 ? [left('empty')] : answers.map((number) => this.#answer(row, number));
    return [this.#measured(row)];
  }

  #otherUser(row: Row): Outcome | null {
    const user = row['key.userId'];
    if (user === undefined || user === '') return null;
    this.#user ??= user;
    return user === this.#user ? null : left('other-person');
  }

  #time(row: Row): Moment | null {
    const seconds = numberFrom(row['value.time']);
    if (seconds > 1e8 && seconds < 1e11) return this.#clock.utc(Math.round(seconds * 1000));
    const local = row['value.dateTime'] ?? row['value.date'];
    return isMissing(local) ? null : this.#clock.at(local);
  }

  #measured(row: Row): Outcome {
    const { name } = this.#topic;
    const time = this.#time(row);
    const device = row['key.sourceId'] || 'unknown';
    const said = saidOfDevice(name, row);
    if (said !== null) {
      const begun = said.begunMs === null ? time : this.#clock.utc(said.begunMs);
      const level = numberFrom(row['value.batteryLevel']);
      return stateOutcome(this.#clock, { signal: said.state, device, time: begun, endMs: said.endMs, level });
    }
    const values = valuesOf(row, name);
    const { interval, ...rest } = values;
    const lasted = numberFrom((interval ?? rest.duration)?.value);
    const [only, another] = Object.entries(rest);
    if (only !== undefined && another === undefined && typeof only[1].value === 'number') {
      const endMs = time === null ? undefined : msOf(time) + (lasted > 0 ? Math.round(lasted * 1000) : 0);
      const [signal, { value, unit }] = only;
      return sampleOutcome(this.#clock, { signal, unit, device, time, value, ...(endMs === undefined ? {} : { endMs }) });
    }
    const end = time !== null && lasted >= 0 ? this.#clock.withOffset(msOf(time) + Math.round(lasted * 1000), time.offset) : null;
    const id = contentId('radar-base', name, row['key.userId'], device, time?.utc, JSON.stringify(values));
    return eventOutcome(this.#clock, { id, event: eventOf(name), time, end, values, device, version: null });
  }

  /** An answer, at the time at which it was ended. */
  #answer(row: Row, number: string): Outcome {
    const at = (field: string): string => row[`value.answers.${number}.${field}`] ?? '';
    const ended = numberFrom(at('endTime'));
    const time = ended > 1e8 && ended < 1e11 ? this.#clock.utc(Math.round(ended * 1000)) : this.#time(row);
    if (time === null) return bad('no-time', 'time');
    if (this.#clock.isFuture(time)) return bad('future-time', 'time');
    const written = at('value') || at('value.int') || at('value.string') || at('value.double');
    if (isMissing(written)) return left('empty', time.day);
    const item = at('questionId') || number;
    const instrument = row['value.name'] || this.#topic.name;
    const value = numberFrom(written);
    const report = SelfReport.safeParse({
      type: 'self-report',
      id: contentId('radar-base', instrument, row['key.userId'], row['value.time'], item),
      instrument,
      item,
      time,
      value: Number.isNaN(value) ? written.toWellFormed() : value,
      version: null,
    });
    return report.success ? { is: 'record', record: report.data } : bad('wrong-shape', 'item', time.day);
  }
}

function valuesOf(row: Row, topic: string): Values {
  const values: Values = {};
  for (const [column, written] of Object.entries(row)) {
    const field = column.startsWith('value.') ? column.slice(6) : null;
    if (field === null || TIMES.has(field) || isMissing(written) || NOT_MEASURED.test(written)) continue;
    const axis = /^[xyz]$/.test(field) ? ([field, axisUnit(topic)] as const) : null;
    const [name, unit] = ownValue(fields, field) ?? axis ?? [valueName(snakeCase(field)), '1'];
    const number = numberFrom(written);
    values[name] = Number.isNaN(number) ? { value: written.toWellFormed().slice(0, 4096), unit: '1' } : { value: number, unit };
  }
  return values;
}

function snakeCase(name: string): string {
  return name
    .replaceAll(/([a-z0-9])([A-Z])/g, '$1_$2')
    .toLowerCase()
    .slice(0, 100);
}
