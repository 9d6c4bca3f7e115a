import { AfferentError } from '../../../schema/errors.ts';
import { SelfReport } from '../../../schema/records.ts';
import type { ParseContext, Parsed } from '../../../schema/source.ts';
import { Clock } from '../reading/clock.ts';
import { DriftOnce } from '../reading/drift.ts';
import { isMissing, numberFrom } from '../reading/measurements.ts';
import { bad, left, type Outcome, settled } from '../reading/outcome.ts';
import { RowSlicer } from '../reading/rows.ts';
import { type Row, Table } from '../reading/tables.ts';
import { oneOf, type Unit } from '../reading/unit.ts';
import { answersOf, shape } from './columns.ts';

/** Pages without a question, and what a phone has measured around the person, others' devices among it. */
const NOT_ANSWERS = /_(?:basic|button|bluetooth|location|appUsage_\w+|recording_\w+|image|audio)$/;

/** Answers of a file of beeps. Throws `wrong-participant` where several people's beeps lie in it and none was declared. */
export async function* parseBeeps(
  chunks: AsyncIterable<Buffer>,
  people: ReadonlySet<string>,
  context: ParseContext,
): AsyncGenerator<Parsed> {
  if (context.account === null && people.size > 1) throw new AfferentError('wrong-participant');
  const table = new Table(shape, new DriftOnce(context));
  const slicer = new RowSlicer();
  for await (const chunk of chunks) yield* beeps(slicer.push(chunk), table, context);
  yield* beeps(slicer.end(), table, context);
}

function* beeps(units: Unit[], table: Table, context: ParseContext): Generator<Parsed> {
  for (const [unit, row] of table.rows(units)) {
    if (!isRow(row)) yield settled(unit, row);
    else if (row.questionListName === undefined) throw new AfferentError('not-this-kind');
    else {
      const outcomes = [...answers(row, context)];
      for (const [at, outcome] of outcomes.entries()) yield settled(oneOf(unit, at, outcomes.length), outcome);
    }
  }
}

/** Rows have no prototype; what went wrong with one has. */
function isRow(row: Row | Outcome): row is Row {
  return Object.getPrototypeOf(row) === null;
}

/** One outcome for each filled cell; one for a beep that nobody answered. */
function* answers(row: Row, context: ParseContext): Generator<Outcome> {
  const items = answersOf(row);
  const { account } = context;
  const isOther = account !== null && ![row.connectionId, row.code, row.legacyCode, row.alias].includes(account);
  if (items.length === 0) yield left(isOther ? 'other-person' : 'empty');
  for (const item of items) yield isOther ? left('other-person') : answer(row, item, context);
}

function answer(row: Row, item: string, context: ParseContext): Outcome {
  if (NOT_ANSWERS.test(item)) return left('not-collected');
  const clock = new Clock(context);
  const time = timeOf(row, clock);
  if (time === null) return bad('no-time', 'time');
  if (clock.isFuture(time)) return bad('future-time', 'time');
  const { connectionId = '', sentBeepId = '', timeStampStart = '' } = row;
  if (sentBeepId === '') return bad('no-id', 'id', time.day);
  const value = answerIn(row[item] as string);
  if (value === '') return left('empty', time.day);
  const report = SelfReport.safeParse({
    type: 'self-report',
    id: `${connectionId} ${sentBeepId} ${timeStampStart} ${item}`,
    instrument: row.questionListName,
    item,
    time,
    value,
    version: null,
  });
  return report.success ? { is: 'record', record: report.data } : bad('wrong-shape', 'item', time.day);
}

/** When the questions were begun, else sent: seconds of the phone's own wall clock, beside which its offset stands. */
function timeOf({ timeStampStart, timeStampSent, timeZoneOffset }: Row, clock: Clock): ReturnType<Clock['at']> {
  const local = [timeStampStart, timeStampSent].map(numberFrom).find((seconds) => seconds > 1e8 && seconds < 1e11);
  const offset = numberFrom(timeZoneOffset);
  const stated = Number.isInteger(offset / 60) && Math.abs(offset) <= 64_800;
  // What was read and written again by other programs has dates in place of seconds.
  if (local === undefined)
    return clock.wall(
      [timeStampStart, timeStampSent].find((written) => !isMissing(written)),
      stated ? offset / 60 : null,
    );
  return stated ? clock.withOffset((local - offset) * 1000, offset / 60) : clock.at(new Date(local * 1000).toISOString().slice(0, -1));
}

/** A number, a text without the quotes that the export puts around it, or a list as it stands. */
function answerIn(cell: string): number | string {
  const number = numberFrom(cell);
  if (!Number.isNaN(number)) return number;
  const quoted = /^"([^"]*)"$/.exec(cell);
  return (quoted === null ? cell : (quoted[1] as string)).toWellFormed().trim();
}
