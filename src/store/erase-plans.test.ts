import { CompiledQuery } from 'kysely';
import { expect, test } from 'vitest';
import type { Parsed } from '../../schema/source.ts';
import { storeHome } from '../../test/support/store-home.ts';
import { addPerson, block, ingest, post, sample, scorePosts, someDay } from '../../test/support/study-data.ts';
import { eraseUncovered, uncovered } from './erase-uncovered.ts';
import type { Store } from './open.ts';
import { createStudy } from './studies.ts';

/** A store that remembers the statements it was given. */
function listening(store: Store): { store: Store; statements: CompiledQuery[] } {
  const statements: CompiledQuery[] = [];
  const executor = store.db.getExecutor();
  const db = store.db.withPlugin({
    transformQuery: ({ node, queryId }) => {
      statements.push(executor.compileQuery(node, queryId));
      return node;
    },
    transformResult: async ({ result }) => result,
  });
  return { store: { ...store, db }, statements };
}

/** How SQLite does each of the statements, without two of the same. */
async function plans(store: Store, statements: readonly CompiledQuery[]): Promise<string[]> {
  const lines = new Set<string>();
  for (const { sql, parameters } of statements) {
    const { rows } = await store.db.executeQuery<{ detail: string }>(CompiledQuery.raw(`explain query plan ${sql}`, [...parameters]));
    for (const { detail } of rows) lines.add(detail);
  }
  return [...lines].sort();
}

/** Tables that grow with what is stored. */
const grown = /^SCAN (record|score|decision|alert_score|run_input|series|quarantine|restatement|ledger|outcome_reason)\b/;

test('nothing that consent does not cover is looked for by reading a whole table, nor sorted as a whole for each page', async () => {
  const store = await (await storeHome('sqlite')).open();
  await createStudy(store, 'sleep', null);
  const { source, participant } = await addPerson(store, 'sleep', 'anna');
  const items: Parsed[] = [post('1', 'one', { audience: 'followers' }), post('2', 'two'), sample(someDay, 60), block(0, [1, 2])];
  await ingest(store, source, 'export', items);
  await scorePosts(store, 'sleep', [participant], 'a note');
  const heard = listening(store);
  const refuse = () => 'no-consent-kind' as const;
  await uncovered(heard.store, participant, refuse);
  const erased = await eraseUncovered(heard.store, participant, refuse);
  expect(erased).toMatchObject({ scores: 2 });
  expect(erased.alerts).toHaveLength(1);
  const found = await plans(store, heard.statements);
  expect(found.filter((line) => grown.test(line))).toEqual([]);
  const sorted = await plans(
    store,
    heard.statements.filter(({ sql }) => /^select .* from "record"/.test(sql)),
  );
  expect(sorted.filter((line) => line.startsWith('USE TEMP B-TREE'))).toEqual(['USE TEMP B-TREE FOR LAST TERM OF ORDER BY']);
});
