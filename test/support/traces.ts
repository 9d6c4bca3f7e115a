import { randomBytes } from 'node:crypto';
import type { Kysely } from 'kysely';
import type { Row } from '../../src/store/backup-format.ts';
import { tableNames } from '../../src/store/database.ts';
import type { Store } from '../../src/store/open.ts';
import { insertScores, scoreRows } from '../../src/store/scores.ts';
import type { Tables } from '../../src/store/tables.ts';

/** Tables with a row that holds any of these strings or bytes. */
export async function rowsNaming(store: Store, needles: readonly (string | Buffer)[]): Promise<string[]> {
  const any = store.db as unknown as Kysely<Record<string, Row>>;
  const found: string[] = [];
  for (const table of await tableNames(store.db)) {
    const rows = await any.selectFrom(table).selectAll().execute();
    const cells = rows.flatMap((row) => Object.values(row)).map((cell) => (Buffer.isBuffer(cell) ? cell : Buffer.from(String(cell))));
    if (cells.some((cell) => needles.some((needle) => cell.includes(needle)))) found.push(table);
  }
  return found;
}

/** Writes a score as a worker would that had read its input before. */
export async function scoreLate(store: Store, participant: string, source: string, input: Tables['run_input']): Promise<void> {
  const id = randomBytes(32).toString('hex');
  const place = {
    ...{ id, decisionId: `d${id}`, thresholdsId: 't', study: 'sleep', participant, source, run: input.run, record: input.record },
    ...{ inputId: 'i', model: input.model, day: '2026-01-31', timeMs: 0, endMs: 0 },
  };
  const result = { head: 'late', grade: 'exploratory' as const, scores: {}, decision: 0, intervals: {}, evidence: {} };
  const rows = scoreRows(await store.keys.key(participant), place, result, null);
  await store.db.transaction().execute((tx) => insertScores(tx, [rows], store.adapter));
}
