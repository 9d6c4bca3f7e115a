import { randomUUID } from 'node:crypto';
import { mkdtempSync, writeFileSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { FastifyInstance } from 'fastify';
import { afterAll, beforeAll, expect, onTestFinished, test } from 'vitest';
import { dayOf, daysOfSteps, plain, stepsOf } from '../../../activities/threads/testing/step-study.ts';
import type { SqlResult, SqlTables } from '../../../schema/api.ts';
import { addPerson, ingest } from '../../../test/support/study-data.ts';
import type { Store } from '../../store/open.ts';
import { emotion, SampleStudy, temporaryStore } from '../../store/testing/sample-study.ts';
import { testConsole } from '../testing/console.ts';
import { call, signedIn } from '../testing/signed-in.ts';

let store: Store;
let remove: () => Promise<void>;
let app: FastifyInstance;
let session: Record<string, string>;
let folder: string;
const canary = 'a post that nobody may read in a mart';

beforeAll(async () => {
  ({ store, remove } = await temporaryStore());
  for (const name of ['sleep', 'other']) {
    const study = new SampleStudy(store, name);
    await study.create();
    const person = await study.person('one');
    await study.post(person, canary, 0, [emotion(0.75, 0.25)]);
    if (name === 'other') await study.post(person, `${canary} twice`, 1, [emotion(0.125, 0.875)]);
  }
  session = await signedIn(store, 'rea', [['sleep', 'researcher']]);
  folder = mkdtempSync(join(tmpdir(), 'afferent-files-'));
  writeFileSync(join(folder, 'secret.csv'), 'secret\n4711\n');
  app = await testConsole(store, { sql: { timeoutMs: 1500, graceMs: 500, rowLimit: 5 } });
  await call(app, session, { url: '/v1/studies/sleep/scores' });
});
afterAll(async () => {
  await app.close();
  await rm(folder, { recursive: true });
  await remove();
});

const run = (sql: string, id: string = randomUUID()) =>
  call(app, session, { method: 'POST', url: '/v1/studies/sleep/sql', payload: { id, sql } });
const cancel = (id: string) => call(app, session, { method: 'DELETE', url: `/v1/studies/sleep/sql/${id}` });
const csv = (sql: string) => call(app, session, { url: `/v1/studies/sleep/sql.csv?sql=${encodeURIComponent(sql)}` });

const endless: [string, string][] = [
  ['a recursive query', 'with recursive r(i) as (select 1 union all select i + 1 from r where i > 0) select count(*) from r'],
  ['a join of ranges', 'select count(*) from range(10000000) a, range(10000000) b where a.range + b.range = 3.5'],
  ['a sum over a huge range', 'select sum(hash(range)) from range(1000000000000)'],
  ['one step that hears no interrupt', "select levenshtein(repeat('ab', 60000 + i::int), repeat('ba', 60000)) from range(3) t(i)"],
];

test('a query gives columns and rows', async () => {
  const answer = await run('select head, key, value, decided, day, time from score_values order by key');
  expect(answer.statusCode).toBe(200);
  const result = answer.json() as SqlResult;
  expect(result.columns.map((column) => column.name)).toEqual(['head', 'key', 'value', 'decided', 'day', 'time']);
  expect(result.rows).toEqual([
    ['emotion', 'fear', 0.25, false, '2026-01-01', '2026-01-01 09:00:00'],
    ['emotion', 'joy', 0.75, true, '2026-01-01', '2026-01-01 09:00:00'],
  ]);
  expect(result.truncated).toBe(false);
});

test('values arrive as JSON knows them', async () => {
  const { rows } = (
    await run("select 7::bigint, 2::hugeint, 1.5::decimal(4,2), true, null, [1, 2], {'a': 1}, 'nan'::double")
  ).json() as SqlResult;
  expect(rows[0]).toEqual([7, 2, 1.5, true, null, '["1","2"]'.replaceAll('"', ''), '{"a":1}', 'NaN']);
});

test('a page says that it has the first rows only, and the CSV has them all', async () => {
  const result = (await run('select i from range(7) t(i) order by i')).json() as SqlResult;
  expect(result).toMatchObject({ truncated: true, limit: 5, rows: [[0], [1], [2], [3], [4]] });
  const exact = (await run('select i from range(5) t(i)')).json() as SqlResult;
  expect(exact.truncated).toBe(false);
  const file = await csv('select i, -i as minus from range(5000) t(i) order by i');
  expect(file.headers['content-type']).toContain('text/csv');
  const lines = file.body.trimEnd().split('\r\n');
  expect([lines.length, lines[0], lines[2], lines.at(-1)]).toEqual([5001, 'i,minus', '1,-1', '4999,-4999']);
});

test('text of a CSV that a spreadsheet would run is made harmless', async () => {
  const { body } = await csv(`select '=1+1' as "=head", '@x' as b, 'a,"b"' as c, -2 as d`);
  expect(body).toBe('\'=head,b,c,d\r\n\'=1+1,\'@x,"a,""b""",-2\r\n');
});

test.each([
  'select 1; select 2',
  '',
  '-- nothing',
  "pragma table_info('scores')",
  'pragma version',
  'set threads = 8; select 1',
  "set memory_limit = '100GB'",
  'reset memory_limit',
  "attach '/tmp/other.db'",
  'install httpfs',
  'load httpfs',
  "copy scores to '/tmp/out.csv'",
  "copy (select 1) to '/tmp/out.csv' (use_tmp_file false)",
  "export database '/tmp/out'",
  'create table t (i int)',
  'delete from base.score',
  "insert into base.source values ('a', 'b', 'c', 'd') returning *",
  'update base.score set value = 1',
  'drop view scores',
  'call enable_logging()',
  'select * from enable_logging()',
  'select * from checkpoint()',
  "select * from query('select 1')",
  "select * from json_execute_serialized_sql(json_serialize_sql('select 1'))",
  'explain analyze select 1',
  'begin',
  'select $1',
  'select ?',
  'with x as (delete from base.score returning *) select * from x',
])('refuses %s', async (sql) => {
  const answer = await run(sql);
  expect(answer.json().error?.code).toBe(sql === '' ? 'usage' : 'study-sql');
  expect(answer.statusCode).toBe(400);
});

test('admits what only reads', async () => {
  for (const sql of [
    'describe scores',
    'show tables',
    'summarize scores',
    'from scores',
    'with a as (select 1) select * from a',
    'select 1;',
  ]) {
    expect((await run(sql)).statusCode, sql).toBe(200);
  }
});

test('reads no file', async () => {
  const file = join(folder, 'secret.csv');
  for (const from of [
    `read_csv('${file}')`,
    `read_text('${file}')`,
    `read_blob('/proc/self/environ')`,
    `glob('${folder}/*')`,
    `'${file}'`,
    `sniff_csv('${file}')`,
    `query_table('${file}')`,
    `read_json_auto('${file}')`,
    `parquet_scan('${file}')`,
    `(select * from read_csv('${file}'))`,
  ]) {
    const answer = await run(`select * from ${from}`);
    expect(answer.json().error?.code, from).toBe('study-sql');
    expect(answer.body, from).not.toContain('4711');
  }
  expect((await run(`select (select content from read_text('${file}'))`)).json().error?.code).toBe('study-sql');
});

test('reaches no other study, and finds no text', async () => {
  expect((await run('select count(*) from scores')).json().rows).toEqual([[1]]);
  expect((await run('select count(distinct participant) from participants')).json().rows).toEqual([[1]]);
  const databases = (
    await run('select database_name, table_schema from (select distinct database_name, schema_name as table_schema from duckdb_tables())')
  ).json();
  expect(databases.rows).toEqual([['memory', 'base']]);
  const tables = (await run("select schema_name || '.' || table_name from duckdb_tables()")).json() as SqlResult;
  for (const [name] of tables.rows) {
    const { body } = await csv(`select * from ${name}`);
    expect(body, String(name)).not.toContain('nobody');
  }
  expect(
    (await call(app, session, { method: 'POST', url: '/v1/studies/other/sql', payload: { id: randomUUID(), sql: 'select 1' } })).statusCode,
  ).toBe(404);
});

test('a wrong query says why to the one who wrote it', async () => {
  const { error } = (await run('select nothing_such from scores')).json();
  expect(error.code).toBe('study-sql');
  expect(error.details.reason).toContain('nothing_such');
  expect((await csv('select nothing_such from scores')).json().error.code).toBe('study-sql');
});

test.each(endless)(
  '%s is stopped by its time, and the console answers meanwhile',
  async (_, sql) => {
    const running = run(sql);
    let answered = 0;
    let waiting = true;
    void running.then(() => {
      waiting = false;
    });
    while (waiting) {
      expect((await call(app, session, { url: '/v1/studies/sleep/scores' })).statusCode).toBe(200);
      answered++;
      await new Promise((resolve) => setImmediate(resolve));
    }
    expect((await running).json().error.code).toBe('study-sql-timeout');
    expect(answered).toBeGreaterThan(1);
    expect((await run('select count(*) from scores')).json().rows).toEqual([[1]]);
  },
  30_000,
);

test.each(endless)(
  '%s is cancelled',
  async (_, sql) => {
    const id = randomUUID();
    const running = run(sql, id);
    let ended = false;
    void running.then(() => {
      ended = true;
    });
    while (!ended) {
      await cancel(id);
      await new Promise((resolve) => setImmediate(resolve));
    }
    expect((await running).json().error.code).toBe('study-sql-cancelled');
    expect((await run('select 1')).statusCode).toBe(200);
  },
  30_000,
);

test('somebody else cannot cancel it', async () => {
  const other = await signedIn(store, 'rob', [['sleep', 'researcher']]);
  const id = randomUUID();
  const running = run('select sum(hash(range)) from range(1000000000000)', id);
  await call(app, other, { method: 'DELETE', url: `/v1/studies/sleep/sql/${id}` });
  expect((await running).json().error.code).toBe('study-sql-timeout');
}, 30_000);

test('a query that eats memory ends, and the next one runs', async () => {
  const answer = await run('select list(range) as l from range(400000000)');
  expect(['study-sql', 'study-sql-timeout']).toContain(answer.json().error.code);
  expect((await run('select 1')).json().rows).toEqual([[1]]);
}, 30_000);

test('only some queries of a study run at once', async () => {
  const ids = [randomUUID(), randomUUID(), randomUUID(), randomUUID()];
  const answers = ids.map((id) => run('select sum(hash(range)) from range(1000000000000)', id));
  const codes = (await Promise.all(answers)).map((answer) => answer.json().error.code);
  expect(codes.filter((code) => code === 'too-many')).toHaveLength(1);
}, 30_000);

test('a reader who goes away ends the query', async () => {
  const address = await app.listen({ host: '127.0.0.1', port: 0 });
  const controller = new AbortController();
  const cookie = `afferent_session=${session.afferent_session}`;
  const sql = encodeURIComponent('select range, hash(range) from range(1000000000000)');
  const answer = await fetch(`${address}/v1/studies/sleep/sql.csv?sql=${sql}`, { headers: { cookie }, signal: controller.signal });
  const reader = answer.body?.getReader();
  expect((await reader?.read())?.value?.length).toBeGreaterThan(0);
  controller.abort();
  let status = 429;
  while (status === 429) {
    const three = await Promise.all([run('select 1'), run('select 1'), run('select 1')]);
    status = Math.max(...three.map((one) => one.statusCode));
  }
  expect(status).toBe(200);
}, 30_000);

test('the tables are described, every column of them', async () => {
  const { tables, examples } = (await call(app, session, { url: '/v1/studies/sleep/sql/tables' })).json() as SqlTables;
  expect(tables.map((table) => table.name)).toEqual([
    'scores',
    'score_values',
    'records',
    'signals',
    'daily_signal',
    'participants',
    'sources',
  ]);
  for (const table of tables) {
    expect(table.columns.length, table.name).toBeGreaterThan(0);
    for (const column of table.columns) expect(column.about, `${table.name}.${column.name}`).not.toBe('');
  }
  for (const example of examples) expect((await run(example.sql)).statusCode, example.title).toBe(200);
});

test('days of steps come as a table that plain scoring with the model of days reads', async () => {
  const { participant, source } = await addPerson(store, 'sleep', 'walker', 'fitbit');
  await ingest(store, source, 'steps', daysOfSteps(0, 10));
  // One that has not read the store yet.
  const fresh = await testConsole(store);
  onTestFinished(() => fresh.close());
  const sql = `select day as date, value as steps from daily_signal where signal = 'steps' and participant = '${participant}' order by day`;
  const { body } = await call(fresh, session, { url: `/v1/studies/sleep/sql.csv?sql=${encodeURIComponent(sql)}` });
  expect(body.split(/\r?\n/).slice(0, 3)).toEqual(['date,steps', `${dayOf(0)},${stepsOf(0)}`, `${dayOf(1)},${stepsOf(1)}`]);
  // A week at the least, then one more a day.
  expect(await plain('days', body)).toHaveLength(4);
});
