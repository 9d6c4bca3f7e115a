import type { ErrorCode } from '../../schema/errors.ts';
import type { WindowScoreRow } from '../../schema/scores.ts';
import type { E4Window } from '../encoder/e4/window.ts';
import { windowInputId } from '../encoder/e4/windowInputId.ts';
import type { EncoderPool } from '../encoder/pool/pool.ts';
import { type RowPlace, rowError } from './rowError.ts';
import { fieldsOf } from './scoreTextRows.ts';

/** A window of a recording, or why there is none. */
export interface WindowRow {
  place: RowPlace;
  /** The recording's name and the window's number. */
  id: string;
  window: E4Window | null;
  error: ErrorCode | null;
}

/** Scores windows; the rows come back in their order. */
export async function scoreWindowRows(pool: EncoderPool, rows: readonly WindowRow[]): Promise<WindowScoreRow[]> {
  const windows = rows.flatMap(({ window }) => window ?? []);
  const results = (await pool.score(windows.map((window) => ({ kind: 'window', window })))).values();
  return rows.map((row) => {
    const { window } = row;
    const result = window === null ? undefined : results.next().value;
    const code = row.error ?? (result === undefined ? 'engine-failed' : result.error);
    return {
      id: row.id,
      input: window && windowInputId(window),
      model: pool.model.ref,
      start: window && new Date(window.startMs).toISOString(),
      end: window && new Date(window.endMs).toISOString(),
      present: window?.present ?? {},
      ...fieldsOf(result?.heads ?? [], null),
      error: code === null ? null : rowError(code, row.place),
    };
  });
}
