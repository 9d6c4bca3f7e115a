import type { Transaction } from 'kysely';
import type { Sample } from '../../schema/records.ts';
import type { ExclusionReason, Judged } from '../../schema/source.ts';
import { eraseScores } from './erase-scores.ts';
import { moveToErased } from './erase-unit.ts';
import { erasedInput } from './erased-input.ts';
import type { Store } from './open.ts';
import { groupRecordings, recordingRows } from './recordings.ts';
import { seal, unseal } from './seal.ts';
import { decodeSamples, encodeSamples, noOffset, type SampleColumns } from './series-codec.ts';
import { eraseTables, isHeard } from './signal-tables/erase.ts';
import type { Tables } from './tables.ts';

/** A row without its samples. */
type SeriesRow = Omit<Tables['series'], 'body'>;

/** Why something must not be kept, or null where it may. */
export type Refuse = (item: Judged) => ExclusionReason | null;

/** A row of which something must not be kept: how many samples, by reason. */
export interface RefusedSeries {
  row: SeriesRow;
  refused: Map<ExclusionReason, number>;
}

/** Behind which row of a source a page begins. */
export type SeriesPlace = Pick<SeriesRow, 'stream_key' | 'day' | 'first'>;

/** How much is judged in one transaction: a page ends with the row that reaches either. */
export const seriesSlice = { rows: 500, samples: 500_000 };

const columns = [
  ...(['id', 'study', 'participant', 'source', 'batch', 'form', 'signal', 'unit', 'stream_key', 'day', 'start_ms', 'end_ms'] as const),
  ...(['session_ms', 'rate', 'channels', 'first', 'samples', 'content_key'] as const),
] as const satisfies readonly (keyof SeriesRow)[];

/** Rows of a source behind `after` of which something is refused; `after` is null at the end. One row at a time is opened. */
export async function seriesPage(
  db: Store['db'] | Transaction<Tables>,
  key: Buffer,
  source: string,
  after: SeriesPlace | undefined,
  refuse: Refuse,
  most = seriesSlice,
): Promise<{ rows: RefusedSeries[]; after: SeriesPlace | null }> {
  const from = after ?? { stream_key: '', day: '', first: 0 };
  const rows: SeriesRow[] = await db
    .selectFrom('series')
    .select(columns)
    .where('source', '=', source)
    // In the order of an index: by another one all rows would be sorted for each page.
    .where((eb) => eb(eb.refTuple('stream_key', 'day', 'first'), '>', eb.tuple(from.stream_key, from.day, from.first)))
    .orderBy('stream_key')
    .orderBy('day')
    .orderBy('first')
    .limit(most.rows)
    .execute();
  const found: RefusedSeries[] = [];
  let opened = 0;
  for (const row of rows) {
    const refused = row.form === 'regular' ? judgeBlock(row, refuse) : await judgeSamples(db, key, row, refuse);
    if (refused.size > 0) found.push({ row, refused });
    if (row.form !== 'regular') opened += row.samples;
    if (opened >= most.samples) return { rows: found, after: row };
  }
  return { rows: found, after: rows.length < most.rows ? null : (rows.at(-1) ?? null) };
}

/** A block is kept or left out whole; what it holds is not looked at. */
function judgeBlock(row: SeriesRow, refuse: Refuse): Map<ExclusionReason, number> {
  const { signal, unit, channels, samples, first: offset, day } = row;
  const block = { signal, unit, device: '', sessionMs: row.session_ms ?? row.start_ms, rate: row.rate ?? 1, channels, offset };
  const reason = refuse({ is: 'block', units: samples, end: 0, day, block });
  return new Map(reason === null ? [] : [[reason, samples]]);
}

async function judgeSamples(
  db: Store['db'] | Transaction<Tables>,
  key: Buffer,
  row: SeriesRow,
  refuse: Refuse,
): Promise<Map<ExclusionReason, number>> {
  const refused = new Map<ExclusionReason, number>();
  for (const sample of await samplesOf(db, key, row)) {
    const reason = refusedSample(row, sample, refuse);
    if (reason !== null) refused.set(reason, (refused.get(reason) ?? 0) + 1);
  }
  return refused;
}

function refusedSample({ day }: SeriesRow, sample: Sample, refuse: Refuse): ExclusionReason | null {
  return refuse({ is: 'sample', units: 1, end: 0, day, sample });
}

/** The samples of a row, one after another: as objects they take many times what they take as columns. */
async function samplesOf(db: Store['db'] | Transaction<Tables>, key: Buffer, row: SeriesRow): Promise<Iterable<Sample>> {
  const stored = await db.selectFrom('series').select('body').where('id', '=', row.id).executeTakeFirst();
  // Erased since the page was read.
  if (stored === undefined) return [];
  return inTurn(row, decodeSamples(unseal(key, `series|${row.id}`, stored.body)));
}

function* inTurn(
  { signal, unit, day }: SeriesRow,
  { device, zone, original, start, end, value, offset }: SampleColumns,
): Generator<Sample> {
  for (let i = 0; i < start.length; i++) {
    const minutes = offset[i] as number;
    const utc = new Date(start[i] as number).toISOString();
    const time = { utc, offset: minutes === noOffset ? null : minutes, zone, day };
    const written = original === null ? {} : { original: { value: original.value[i] as number, unit: original.unit } };
    yield { signal, unit, device, time, endMs: end[i] as number, value: value[i] as number, ...written };
  }
}

/** Whether minutes or days may be told by the samples of a row. */
export function goesIntoTables({ form, signal }: Pick<SeriesRow, 'form' | 'signal'>): boolean {
  return form === 'samples' && isHeard(signal);
}

/**
 * Takes what is refused out of these rows, and what was made of the recordings that it is out of: a window is scored with what came before
 * it, so that all scores of the recording go, or of the participant's minutes and days, and the next run scores what is left. Windows of a
 * recording are found by their time: those of another one of the source that was recorded at the same time go too, and come back likewise.
 */
export async function dropSeries(
  store: Store,
  tx: Transaction<Tables>,
  key: Buffer,
  participant: string,
  rows: readonly RefusedSeries[],
  refuse: Refuse,
  alertsOf: (tx: Transaction<Tables>, scores: readonly string[]) => Promise<string[]>,
): Promise<{ scores: number; alerts: string[] }> {
  const scores = await recordingScores(
    tx,
    participant,
    rows.flatMap(({ row }) => (row.form === 'regular' ? [row] : [])),
  );
  const alerts = await alertsOf(tx, scores);
  await eraseScores(tx, scores);
  for (const { row, refused } of rows) {
    const gone = [...refused.values()].reduce((sum, units) => sum + units, 0);
    const kept =
      gone === row.samples ? [] : [...(await samplesOf(tx, key, row))].filter((sample) => refusedSample(row, sample, refuse) === null);
    await tx.deleteFrom('series').where('id', '=', row.id).execute();
    if (kept.length > 0) await keep(store, tx, key, row, kept);
    for (const [reason, units] of refused) await moveToErased(tx, row, 'stored', units, reason);
  }
  const heard = rows.some(({ row }) => goesIntoTables(row));
  return { scores: scores.length + (heard ? await eraseTables(tx, participant) : 0), alerts };
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

/** Scores of the recordings that these rows are of, by id; the inputs that froze these, or that had any of those scores, are marked as erased. */
async function recordingScores(tx: Transaction<Tables>, participant: string, rows: readonly SeriesRow[]): Promise<string[]> {
  if (rows.length === 0) return [];
  const gone = new Set(rows.map((row) => row.id));
  const inputs = await frozenRecordings(tx, participant);
  const holding = inputs.filter(({ series }) => series.some((id) => gone.has(id)));
  const touched = new Set(holding);
  const scores = new Set<string>();
  for (const source of new Set(rows.map((row) => row.source))) {
    const stored = await recordingRows(tx).where('series.source', '=', source).execute();
    // As they stand, and as they were frozen: signals that came later may have moved the bounds between recordings.
    const byId = new Map(stored.map((row) => [row.id, row]));
    const rowsOf = ({ series }: FrozenRecording) => series.flatMap((id) => byId.get(id) ?? []);
    const now = groupRecordings(stored).filter((recording) => recording.some(({ id }) => gone.has(id)));
    const spans = [...now, ...holding.map(rowsOf)].flatMap((recording) => spanOf(recording) ?? []);
    for (const { from, to } of spans) {
      const found = await tx
        .selectFrom('score')
        .select('id')
        .where('participant', '=', participant)
        .where('source', '=', source)
        .where('record', 'is', null)
        .where('time_ms', '>=', from)
        .where('time_ms', '<=', to)
        .execute();
      for (const { id } of found) scores.add(id);
    }
    // What is left would otherwise count as scored, in the state that it was in before what goes now came.
    for (const input of inputs) {
      if (!hadScores(input)) continue;
      const span = spanOf(rowsOf(input));
      if (span !== null && spans.some(({ from, to }) => span.from <= to && span.to >= from)) touched.add(input);
    }
  }
  await markErased(tx, touched);
  return [...scores];
}

/** From the first sample to behind the last; scores have whole milliseconds. */
function spanOf(recording: readonly Pick<SeriesRow, 'start_ms' | 'end_ms'>[]): { from: number; to: number } | null {
  if (recording.length === 0) return null;
  const from = recording.reduce((a, row) => Math.min(a, row.start_ms), Number.POSITIVE_INFINITY);
  const to = recording.reduce((a, row) => Math.max(a, row.end_ms), Number.NEGATIVE_INFINITY);
  return { from: Math.floor(from), to: Math.ceil(to) };
}

interface FrozenRecording extends Pick<Tables['run_input'], 'run' | 'ordinal' | 'state'> {
  verify: number;
  series: string[];
}

/** A verification compares with them, also where it has not come so far. An input that is yet to be scored has none to lose. */
function hadScores({ verify, state }: FrozenRecording): boolean {
  return verify === 1 || state === 'scored';
}

async function frozenRecordings(tx: Transaction<Tables>, participant: string): Promise<FrozenRecording[]> {
  const inputs = await tx
    .selectFrom('run_input')
    .innerJoin('run', 'run.id', 'run_input.run')
    .select(['run_input.run', 'run_input.ordinal', 'run_input.state', 'run_input.series', 'run.verify'])
    .where('run_input.participant', '=', participant)
    .where('run_input.series', 'is not', null)
    .execute();
  return inputs.map(({ series, ...input }) => ({ ...input, series: JSON.parse(series ?? '[]') as string[] }));
}

async function markErased(tx: Transaction<Tables>, inputs: Iterable<FrozenRecording>): Promise<void> {
  for (const { run, ordinal } of inputs) {
    await tx.updateTable('run_input').set(erasedInput).where('run', '=', run).where('ordinal', '=', ordinal).execute();
  }
}
