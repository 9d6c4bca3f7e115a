import { CompiledQuery } from 'kysely';
import { describe, expect, test } from 'vitest';
import type { Judged, Parsed } from '../../schema/source.ts';
import { databaseNames, storeHome } from '../../test/support/store-home.ts';
import { addPerson, block, ingest, post, sample, scorePosts, someDay } from '../../test/support/study-data.ts';
import { eraseUncovered, uncovered } from './erase-uncovered.ts';
import type { Store } from './open.ts';
import { createStudy } from './studies.ts';
import { type SeriesPlace, seriesPage } from './uncovered-series.ts';

const dayMs = 86_400_000;

/** A store that remembers the statements it was given, and how many bodies each brought. */
function listening(store: Store): { store: Store; statements: CompiledQuery[]; bodies: number[] } {
  const statements: CompiledQuery[] = [];
  const bodies: number[] = [];
  const executor = store.db.getExecutor();
  const db = store.db.withPlugin({
    transformQuery: ({ node, queryId }) => {
      statements.push(executor.compileQuery(node, queryId));
      return node;
    },
    transformResult: async ({ result }) => {
      bodies.push(result.rows.filter((row) => 'body' in row).length);
      return result;
    },
  });
  return { store: { ...store, db }, statements, bodies };
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
    heard.statements.filter(({ sql }) => /^select .* from "(record|series)" .* limit/.test(sql)),
  );
  expect(sorted).toEqual([
    expect.stringMatching(/^SEARCH record USING INDEX record_of_source \(source=\? AND record_key>\?\)$/),
    expect.stringMatching(/^SEARCH series USING INDEX series_stream \(source=\? AND \(stream_key,day,first\)>\(\?,\?,\?\)\)$/),
    'USE TEMP B-TREE FOR LAST TERM OF ORDER BY',
  ]);
});

describe.each(databaseNames)('samples that consent does not cover, on %s', (database) => {
  const minutes = 10;
  const days = 7;

  async function studyOfDays() {
    const store = await (await storeHome(database)).open();
    await createStudy(store, 'sleep', null);
    const person = await addPerson(store, 'sleep', 'anna');
    const items = Array.from({ length: days * minutes }, (_, i) =>
      sample(someDay + Math.floor(i / minutes) * dayMs + (i % minutes) * 60_000, 60),
    );
    await ingest(store, person.source, 'export', [...items, block(0, [1, 2]), block(2, [3])]);
    return { ...person, store, key: await store.keys.key(person.participant) };
  }
  const odd = (item: Judged) => (item.is === 'sample' && (item.sample.endMs / 60_000) % 2 === 1 ? ('after-consent' as const) : null);

  test('are opened one row at a time, and blocks not at all', async () => {
    const { store, participant, source } = await studyOfDays();
    const heard = listening(store);
    const units = (days * minutes) / 2;
    const refused = [{ source, type: 'series', reason: 'after-consent', units }];
    expect((await uncovered(heard.store, participant, odd)).units).toEqual(refused);
    expect(heard.bodies.filter((n) => n > 0)).toEqual(Array(days).fill(1));
    expect(await eraseUncovered(heard.store, participant, odd)).toMatchObject({ uncovered: refused });
    expect(Math.max(...heard.bodies)).toBe(1);
    expect((await uncovered(store, participant, odd)).units).toEqual([]);
  });

  test('are judged a bounded number at a time, each once', async () => {
    const { store, source, key } = await studyOfDays();
    let after: SeriesPlace | undefined;
    const pages: number[] = [];
    for (let more = true; more; ) {
      let judged = 0;
      const count = (item: Judged) => {
        judged += item.is === 'sample' ? 1 : 0;
        return null;
      };
      const page = await seriesPage(store.db, key, source, after, count, { rows: 500, samples: 15 });
      pages.push(judged);
      after = page.after ?? undefined;
      more = page.after !== null;
    }
    expect(Math.max(...pages)).toBeLessThanOrEqual(20);
    expect(pages.reduce((a, b) => a + b)).toBe(days * minutes);
  });
});
