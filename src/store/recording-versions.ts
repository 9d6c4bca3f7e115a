import type { Transaction } from 'kysely';
import type { Db } from './database.ts';
import type { Tables } from './tables.ts';

type RunInput = Tables['run_input'];

/** Other frozen states of one recording under one model: those that hold less of it, newest first, and the one that holds most. */
export interface RecordingVersions {
  earlier: RunInput[];
  /** Null where none that was scored holds more than this one. */
  later: RunInput | null;
}

/** Frozen states of the same recording that other runs scored with the same model: they share rows of its series. Each is there once. */
export async function recordingVersions(db: Db | Transaction<Tables>, input: RunInput): Promise<RecordingVersions> {
  const mine = new Set(seriesOf(input));
  const rows = await db
    .selectFrom('run_input')
    .innerJoin('run', 'run.id', 'run_input.run')
    .selectAll('run_input')
    .where('run_input.participant', '=', input.participant)
    .where('run_input.model', '=', input.model)
    .where('run_input.series', 'is not', null)
    .where('run_input.state', '=', 'scored')
    .where('run_input.run', '<>', input.run)
    .where('run.verify', '=', 0)
    .orderBy('run.number', 'desc')
    .execute();
  const states = [...new Map(rows.map((row) => [row.series, row])).values()];
  const same = states.filter((row) => row.series !== input.series && seriesOf(row).some((id) => mine.has(id)));
  const later = same.filter((row) => seriesOf(row).length > mine.size);
  later.sort((a, b) => seriesOf(b).length - seriesOf(a).length);
  return { earlier: same.filter((row) => seriesOf(row).length <= mine.size), later: later[0] ?? null };
}

/** Whether these are the same states, whichever runs scored them. */
export function sameVersions(a: RecordingVersions, b: RecordingVersions): boolean {
  const states = ({ earlier, later }: RecordingVersions) => [...earlier, later].map((version) => version?.series ?? '').sort();
  return states(a).join() === states(b).join();
}

function seriesOf(input: RunInput): string[] {
  return JSON.parse(input.series ?? '[]') as string[];
}
