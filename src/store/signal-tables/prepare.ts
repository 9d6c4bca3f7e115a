import type { Transaction } from 'kysely';
import type { Event } from '../../../schema/records.ts';
import { holdParticipant } from '../hold-participant.ts';
import { keyUnlessGone } from '../keys.ts';
import type { Store } from '../open.ts';
import { openRecord } from '../records.ts';
import { unseal } from '../seal.ts';
import { decodeSamples, type SampleColumns } from '../series-codec.ts';
import type { Tables } from '../tables.ts';
import { columnsOf, sealTable } from './codec.ts';
import { DayValues } from './day-values.ts';
import { forms, type StepForm, type TableValues } from './forms.ts';
import { MinuteValues } from './minute-values.ts';
import { type SourceRow, stretchId, stretchRows } from './stretches.ts';

/** Takes rows of a stretch in, in any order. */
interface Values {
  samples(source: string, signal: string, unit: string, columns: SampleColumns): void;
  event(source: string, event: Event): void;
  values(): TableValues;
}

const makers: Readonly<Record<StepForm, () => Values>> = { minutes: () => new MinuteValues(), days: () => new DayValues() };

/** Rows that are opened at a time. */
const slice = 200;
/** Kinds of events that anything is made of; found in the sealed JSON before it is read, for a phone tells of far more. */
const heard = ['call', 'screen', 'sleep', 'summary'].map((name) => Buffer.from(`"event":"${name}"`));

/** The stretches of one participant that have a value, in the order of time. */
export interface PreparedTable {
  participant: string;
  ids: string[];
}

/**
 * Makes those stretches of a participant's minutes or days that are not there as the rows stand now: what has changed alone is opened.
 * @param between called before each stretch
 * @returns null where nothing is heard of the participant, or not for so long that a model would say anything
 */
export async function prepareTable(
  store: Store,
  study: string,
  participant: string,
  form: StepForm,
  windowMs: number,
  between: () => void = () => {},
): Promise<PreparedTable | null> {
  const key = await keyUnlessGone(store, participant);
  if (key === null) return null;
  const stretches = [...(await stretchRows(store, participant, form))].sort(([a], [b]) => a - b);
  const known = await knownTables(store, participant, form);
  const whole: { id: string; from: number; to: number }[] = [];
  for (const [stretch, rows] of stretches) {
    between();
    const id = stretchId(store, study, participant, form, stretch, rows);
    const row = known.get(id) ?? (await makeTable(store, key, { study, participant, form, stretch, rows, id }));
    if (row !== null && row.to_ms > row.from_ms) whole.push({ id, from: row.from_ms, to: row.to_ms });
  }
  const [first, last] = [whole[0], whole.at(-1)];
  if (first === undefined || last === undefined) return null;
  const edges = forms[form].trimmed ? 2 * forms[form].stepMs : 0;
  return last.to - first.from - edges < windowMs ? null : { participant, ids: whole.map(({ id }) => id) };
}

type TableSpan = Pick<Tables['signal_table'], 'from_ms' | 'to_ms'>;

async function knownTables(store: Store, participant: string, form: StepForm): Promise<Map<string, TableSpan>> {
  const rows = await store.db
    .selectFrom('signal_table')
    .select(['id', 'from_ms', 'to_ms'])
    .where('participant', '=', participant)
    .where('form', '=', form)
    .execute();
  return new Map(rows.map(({ id, ...span }) => [id, span]));
}

interface Stretch {
  study: string;
  participant: string;
  form: StepForm;
  stretch: number;
  rows: readonly SourceRow[];
  id: string;
}

/** Makes a stretch and stores it; null where what it is made of was erased meanwhile: the next run finds what is left. */
async function makeTable(store: Store, key: Buffer, { study, participant, form, stretch, rows, id }: Stretch): Promise<TableSpan | null> {
  const values = makers[form]();
  const sources = new Map<string, number>();
  const count = (source: string) => sources.set(source, (sources.get(source) ?? 0) + 1);
  const read = { series: readSeries, event: readEvents };
  for (const is of ['series', 'event'] as const) {
    const ids = rows.filter((row) => row.is === is).map((row) => row.id);
    for (let i = 0; i < ids.length; i += slice) await read[is](store, key, ids.slice(i, i + slice), values, count);
  }
  const { stepMs, steps } = forms[form];
  const startMs = stretch * steps * stepMs;
  const found = columnsOf(form, stretch, values.values());
  // One in which nothing is stays as such, so that it is not made again for each run.
  const { columns, first, last } = found ?? { columns: {}, first: 0, last: -1 };
  const span = { from_ms: startMs + first * stepMs, to_ms: startMs + (last + 1) * stepMs };
  const [most] = [...sources].sort(([a, n], [b, m]) => m - n || (a < b ? -1 : 1));
  const row = { id, study, participant, form, source: found === null ? null : (most?.[0] ?? null), ...span };
  return store.db.transaction().execute(async (tx) => {
    // Whoever erases waits for this or is seen by it: no value may stay whose samples have gone.
    await holdParticipant(store, tx, participant, false);
    if (!(await allStored(tx, rows))) return null;
    await tx
      .insertInto('signal_table')
      .values({ ...row, body: sealTable(key, id, columns) })
      .onConflict((c) => c.doNothing())
      .execute();
    return span;
  });
}

async function allStored(tx: Transaction<Tables>, rows: readonly SourceRow[]): Promise<boolean> {
  for (const [is, table] of [
    ['series', 'series'],
    ['event', 'record'],
  ] as const) {
    const ids = rows.filter((row) => row.is === is).map((row) => row.id);
    for (let i = 0; i < ids.length; i += 1000) {
      const some = ids.slice(i, i + 1000);
      const { n } = await tx
        .selectFrom(table)
        .select((eb) => eb.fn.countAll<number>().as('n'))
        .where('id', 'in', some)
        .executeTakeFirstOrThrow();
      if (Number(n) !== some.length) return false;
    }
  }
  return true;
}

type Count = (source: string) => void;

async function readSeries(store: Store, key: Buffer, ids: readonly string[], values: Values, count: Count): Promise<void> {
  const rows = await store.db
    .selectFrom('series')
    .select(['id', 'source', 'signal', 'unit', 'body'])
    .where('id', 'in', ids)
    .orderBy('id')
    .execute();
  for (const { id, source, signal, unit, body } of rows) {
    values.samples(source, signal, unit, decodeSamples(unseal(key, `series|${id}`, body)));
    count(source);
  }
}

async function readEvents(store: Store, key: Buffer, ids: readonly string[], values: Values, count: Count): Promise<void> {
  const rows = await store.db.selectFrom('record').select(['id', 'source', 'body']).where('id', 'in', ids).orderBy('id').execute();
  for (const row of rows) {
    const clear = unseal(key, `record|${row.id}`, row.body);
    if (!heard.some((word) => clear.includes(word))) continue;
    const record = openRecord(key, row);
    if (record.type !== 'event') continue;
    values.event(row.source, record);
    count(row.source);
  }
}
