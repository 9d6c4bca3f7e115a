import type { Transaction } from 'kysely';
import type { Store } from './open.ts';
import type { Tables } from './tables.ts';

/** Signals that one recording of a wristband is scored from. */
const recordingSignals = ['bvp', 'acc', 'eda', 'temp'] as const;

/** Rows that recordings are made of, in the order in which they are grouped. */
export function recordingRows(db: Store['db'] | Transaction<Tables>) {
  return db
    .selectFrom('series')
    .innerJoin('source', 'source.id', 'series.source')
    .select(['series.id', 'series.participant', 'series.source', 'series.session_ms', 'series.start_ms', 'series.end_ms'])
    .where('series.form', '=', 'regular')
    .where('source.kind', '=', 'empatica-e4')
    .where('series.signal', 'in', recordingSignals)
    .orderBy('series.source')
    .orderBy('series.session_ms')
    .orderBy('series.signal')
    .orderBy('series.first');
}

/** Signals of one wristband begin within seconds of one another: rows of a source whose sessions lie closer than a minute are one recording. */
export function groupRecordings<T extends { source: string; session_ms: number | null }>(rows: readonly T[]): T[][] {
  const recordings: T[][] = [];
  for (const row of rows) {
    const last = recordings.at(-1);
    const first = last?.[0];
    const near = first && first.source === row.source && Math.abs((row.session_ms ?? 0) - (first.session_ms ?? 0)) < 60_000;
    if (last && near) last.push(row);
    else recordings.push([row]);
  }
  return recordings;
}

/** The recordings of a study as they stand, each with the list of its rows as a run freezes it. */
export async function recordingsNow(
  db: Store['db'] | Transaction<Tables>,
  study: string,
): Promise<{ participant: string; series: string }[]> {
  const recordings = groupRecordings(await recordingRows(db).where('series.study', '=', study).execute());
  return recordings.flatMap(([first, ...others]) =>
    first === undefined ? [] : [{ participant: first.participant, series: JSON.stringify([first, ...others].map(({ id }) => id)) }],
  );
}
