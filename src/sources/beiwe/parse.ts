import { SelfReport } from '../../../schema/records.ts';
import type { ParseContext, Parsed } from '../../../schema/source.ts';
import { Clock } from '../reading/clock.ts';
import { stateOutcome } from '../reading/device-state.ts';
import { DriftOnce } from '../reading/drift.ts';
import { contentId, eventOutcome, isMissing, numberFrom, type Values } from '../reading/measurements.ts';
import { bad, left, type Outcome } from '../reading/outcome.ts';
import { ownValue } from '../reading/own-value.ts';
import { type Row, readTable } from '../reading/tables.ts';
import { msOf } from '../reading/time.ts';
import { type StateEnds, stateKey, stateOf } from './power.ts';
import { columnsOf, type Place, type Stream, streams } from './streams.ts';

/** What the app writes where no answer was given. */
const NO_ANSWER: ReadonlySet<string> = new Set(['NOT_PRESENTED', 'NO_ANSWER_SELECTED', 'NO_ANSWER', '']);
const TIMES: ReadonlySet<string> = new Set(['timestamp', 'UTC time']);

/** Rows of a file of one stream. */
export function parseStream(chunks: AsyncIterable<Buffer>, place: Place, ends: StateEnds, context: ParseContext): AsyncGenerator<Parsed> {
  const clock = new Clock(context);
  const drift = new DriftOnce(context);
  const stream = ownValue(streams, place.stream) ?? { event: 'other' };
  const needed = stream.event === 'answers' ? ['question id'] : ['timestamp'];
  const settle = (row: Row): Outcome => {
    if (stream.event === 'left-out') return left('not-collected');
    return stream.event === 'answers' ? answerOutcome(row, place, clock) : rowOutcome(row, place, stream, ends, clock);
  };
  return readTable(chunks, { needed, mayBeShort: true }, drift, settle);
}

/** An answer of a survey that was handed in at the time of the file's name. */
function answerOutcome(row: Row, { survey, namedMs, patient }: Place, clock: Clock): Outcome {
  const question = row['question id'];
  const answer = row.answer;
  if (isMissing(question)) return bad('no-id', 'item');
  const time = namedMs === null ? null : clock.utc(namedMs);
  if (time === null) return bad('no-time', 'time');
  if (clock.isFuture(time)) return bad('future-time', 'time');
  if (answer === undefined || NO_ANSWER.has(answer.trim())) return left('empty', time.day);
  const number = numberFrom(answer);
  const report = SelfReport.safeParse({
    type: 'self-report',
    id: contentId('beiwe', patient, survey, namedMs, question),
    instrument: survey ?? 'survey',
    item: question,
    time,
    value: Number.isNaN(number) ? answer.toWellFormed() : number,
    version: null,
  });
  return report.success ? { is: 'record', record: report.data } : bad('wrong-shape', 'item', time.day);
}

function rowOutcome(row: Row, place: Place, stream: Stream, ends: StateEnds, clock: Clock): Outcome {
  const ms = numberFrom(row.timestamp);
  const time = ms > 1e11 ? clock.utc(Math.round(ms)) : isMissing(row['UTC time']) ? null : clock.utcAt(row['UTC time']);
  const state = place.stream === 'power_state' ? stateOf(row) : null;
  if (state !== null) {
    const endMs = ends.get(stateKey(row, state)) ?? null;
    return stateOutcome(clock, { signal: state, device: 'phone', time, endMs, level: numberFrom(row.level) });
  }
  const values = valuesOf(row, columnsOf(place.stream, stream, row.accuracy));
  const lasted = stream.seconds === undefined ? Number.NaN : numberFrom(row[stream.seconds]);
  const end = time !== null && lasted >= 0 ? clock.utc(msOf(time) + Math.round(lasted * 1000)) : null;
  const id = contentId('beiwe', place.patient, place.stream, place.survey, row.timestamp, JSON.stringify(values));
  const event = stream.event === 'left-out' || stream.event === 'answers' ? 'other' : stream.event;
  return eventOutcome(clock, { id, event, time, end, values, device: null, version: null });
}

function valuesOf(row: Row, columns: NonNullable<Stream['columns']>): Values {
  const values: Values = {};
  for (const [column, written] of Object.entries(row)) {
    if (column === '' || TIMES.has(column) || isMissing(written)) continue;
    const [name, unit] = ownValue(columns, column) ?? [column.replaceAll(/[^A-Za-z0-9]+/g, '_').toLowerCase(), '1'];
    const number = numberFrom(written);
    values[name] = Number.isNaN(number) ? { value: written.toWellFormed().slice(0, 4096), unit: '1' } : { value: number, unit };
  }
  return values;
}
