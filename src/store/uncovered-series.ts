import type { Transaction } from 'kysely';
import type { Sample } from '../../schema/records.ts';
import type { ExclusionReason, Parsed } from '../../schema/source.ts';
import { eraseScores, moveToErased } from './erase-unit.ts';
import type { Store } from './open.ts';
import { seal, unseal } from './seal.ts';
import { decodeSamples, encodeSamples, noOffset } from './series-codec.ts';
import type { Tables } from './tables.ts';

type SeriesRow = Tables['series'];

/** Why something must not be kept, or null where it may. */
export type Refuse = (item: Parsed) => ExclusionReason | null;

/** A row of which something must not be kept. */
export interface RefusedSeries {
  row: SeriesRow;
  refused: Map<ExclusionReason, number>;
  /** Samples that may be kept. */
  kept: Sample[];
}

/** Rows in the order of their ids behind `after` of which something is refused; `after` is null at the end. */
export async function seriesPage(
  db: Store['db'] | Transaction<Tables>,
  key: Buffer,
  participant: string,
  after: string,
  refuse: Refuse,
  size = 100,
): Promise<{ rows: RefusedSeries[]; after: string | null }> {
  const rows = await db
    .selectFrom('series')
    .selectAll()
    .where('participant', '=', participant)
    .where('id', '>', after)
    .orderBy('id')
    .limit(size)
    .execute();
  const judged = rows.map((row) => (row.form === 'regular' ? judgeBlock(row, refuse) : judgeSamples(key, row, refuse)));
  return { rows: judged.filter(({ refused }) => refused.size > 0), after: rows.length < size ? null : (rows.at(-1)?.id ?? null) };
}

/** A block is kept or left out whole; what it holds is not looked at. */
function judgeBlock(row: SeriesRow, refuse: Refuse): RefusedSeries {
  const { signal, unit, channels, samples, first: offset, day } = row;
  const values = new Float32Array(samples * channels);
  const block = { signal, unit, device: '', sessionMs: row.session_ms ?? row.start_ms, rate: row.rate ?? 1, channels, offset, values };
  const reason = refuse({ is: 'block', units: samples, end: 0, day, block });
  return { row, refused: new Map(reason === null ? [] : [[reason, samples]]), kept: [] };
}

function judgeSamples(key: Buffer, row: SeriesRow, refuse: Refuse): RefusedSeries {
  const refused = new Map<ExclusionReason, number>();
  const kept: Sample[] = [];
  for (const sample of samplesOf(key, row)) {
    const reason = refuse({ is: 'sample', units: 1, end: 0, day: row.day, sample });
    if (reason === null) kept.push(sample);
    else refused.set(reason, (refused.get(reason) ?? 0) + 1);
  }
  return { row, refused, kept };
}

function samplesOf(key: Buffer, row: SeriesRow): Sample[] {
  const { signal, unit, day } = row;
  const columns = decodeSamples(unseal(key, `series|${row.id}`, row.body));
  const { device, zone, original } = columns;
  return Array.from(columns.start, (start, i) => {
    const minutes = columns.offset[i] as number;
    const time = { utc: new Date(start).toISOString(), offset: minutes === noOffset ? null : minutes, zone, day };
    const written = original === null ? {} : { original: { value: original.value[i] as number, unit: original.unit } };
    return { signal, unit, device, time, endMs: columns.end[i] as number, value: columns.value[i] as number, ...written };
  });
}

/**
 * Takes what is refused out of these rows, and what was made of the recordings that it is out of: a window is scored with what came before
 * it, so that all scores of the recording go, and the next run scores what is left.
 */
export async function dropSeries(
  store: Store,
  tx: Transaction<Tables>,
  key: Buffer,
  participant: string,
  rows: readonly RefusedSeries[],
  alertsOf: (tx: Transaction<Tables>, scores: readonly string[]) => Promise<string[]>,
): Promise<{ scores: number; alerts: string[] }> {
  const scores = await recordingScores(
    tx,
    participant,
    rows.flatMap(({ row }) => (row.form === 'regular' ? [row] : [])),
  );
  const alerts = await alertsOf(tx, scores);
  await eraseScores(tx, scores);
  for (const { row, refused, kept } of rows) {
    await tx.deleteFrom('series').where('id', '=', row.id).execute();
    if (kept.length > 0) await keep(store, tx, key, row, kept);
    for (const [reason, units] of refused) await moveToErased(tx, row, 'stored', units, reason);
  }
  return { scores: scores.length, alerts };
}

/** What is left of a row stands under another id: whoever remembers the row by its own has what was taken out. */
async function keep(store: Store, tx: Transaction<Tables>, key: Buffer, row: SeriesRow, kept: readonly Sample[]): Promise<void> {
  const hash = store.secrets.study(row.study);
  const starts = kept.map((sample) => Date.parse(sample.time.utc));
  const body = encodeSamples(kept, starts);
  const id = hash('series-left', row.id, body).slice(0, 32);
  await tx
    .insertInto('series')
    .values({
      ...row,
      id,
      start_ms: starts.reduce((a, b) => Math.min(a, b)),
      end_ms: kept.reduce((a, sample) => Math.max(a, sample.endMs), Number.NEGATIVE_INFINITY),
      samples: kept.length,
      content_key: hash('content', body),
      body: seal(key, `series|${id}`, body),
    })
    .execute();
}

/** Scores of the recordings that these rows are of, by id; the inputs that froze them are marked as erased. */
async function recordingScores(tx: Transaction<Tables>, participant: string, rows: readonly SeriesRow[]): Promise<string[]> {
  if (rows.length === 0) return [];
  const gone = new Set(rows.map((row) => row.id));
  const inputs = await tx
    .selectFrom('run_input')
    .select(['run', 'ordinal', 'series'])
    .where('participant', '=', participant)
    .where('series', 'is not', null)
    .execute();
  for (const { run, ordinal, series } of inputs) {
    if (!(JSON.parse(series ?? '[]') as string[]).some((id) => gone.has(id))) continue;
    await tx
      .updateTable('run_input')
      .set({ participant: null, record: null, series: null, input_id: null, result: null, error: null, state: 'erased' })
      .where('run', '=', run)
      .where('ordinal', '=', ordinal)
      .execute();
  }
  const scores = new Set<string>();
  const sessions = new Map(rows.map((row) => [`${row.source} ${row.session_ms}`, row]));
  for (const { source, session_ms: session } of sessions.values()) {
    const span = await tx
      .selectFrom('series')
      .select((eb) => [eb.fn.min('start_ms').as('from'), eb.fn.max('end_ms').as('to')])
      .where('source', '=', source)
      .where('session_ms', '=', session)
      .executeTakeFirstOrThrow();
    const found = await tx
      .selectFrom('score')
      .select('id')
      .where('participant', '=', participant)
      .where('source', '=', source)
      .where('record', 'is', null)
      .where('time_ms', '>=', span.from)
      .where('time_ms', '<=', span.to)
      .execute();
    for (const { id } of found) scores.add(id);
  }
  return [...scores];
}
