import { readdirSync, readFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import Database from 'better-sqlite3';
import { expect, test } from 'vitest';
import type { Parsed } from '../../../schema/source.ts';
import { folderWith } from '../testing/folder.ts';
import { driftingContext, itemsAt, readAll, tally } from '../testing/read-all.ts';
import { writeZip } from '../testing/write-zip.ts';
import { healthConnect } from './index.ts';
import { makeFixture } from './make-fixture.ts';

const NAME = 'health_connect_export.db';
const fixture = readFileSync(join(import.meta.dirname, 'fixtures', NAME));
const samples = (items: Parsed[]) => items.flatMap((item) => (item.is === 'sample' ? [item.sample] : []));
const events = (items: Parsed[]) => items.flatMap((item) => (item.is === 'record' && item.record.type === 'event' ? [item.record] : []));
const copies = () => readdirSync(tmpdir()).filter((name) => name.startsWith('afferent-copy-'));

/** The fixture after these statements. */
async function changed(...statements: string[]): Promise<string> {
  const folder = await folderWith({});
  const path = join(folder, NAME);
  makeFixture(path);
  const database = new Database(path);
  for (const statement of statements) database.exec(statement);
  database.close();
  return path;
}

test('rows have the zone, app and device of their parents, and what is private or computed stays in the database', async () => {
  const path = await folderWith({ 'Health Connect.zip': writeZip([{ name: NAME, content: fixture }]) });
  const { context, drift } = driftingContext();
  const [part] = await readAll(healthConnect, path, context);
  expect(tally(part?.items ?? [])).toEqual({ sample: 7, record: 3, 'excluded empty': 2, 'excluded not-collected': 10 });
  expect(part?.recounted).toBe(22);
  expect(drift).toEqual([{ kind: 'unknown-field', name: 'brain_waves_record_table' }]);
  const heart = samples(part?.items ?? []).filter(({ signal }) => signal === 'heart_rate');
  expect(heart.map(({ value, device, time }) => [value, device, time.utc, time.offset])).toEqual([
    [61, 'org.example.watch, Example W2 watch', '2024-03-31T02:00:00.000Z', 120],
    [62, 'org.example.watch, Example W2 watch', '2024-03-31T02:01:00.000Z', 120],
  ]);
  const steps = samples(part?.items ?? []).filter(({ signal }) => signal === 'steps');
  expect(steps.map(({ value, device, time }) => [value, device.slice(0, 17), time.offset])).toEqual([
    [55, 'org.example.phone', 60],
    [52, 'org.example.watch', 60],
    [40, 'org.example.phone', 120],
  ]);
  const stage = events(part?.items ?? []).find(({ values }) => values.stage !== undefined);
  expect(stage).toMatchObject({ event: 'sleep', values: { stage: { value: 'deep' } }, time: { offset: 120 }, end: { offset: 120 } });
  expect(JSON.stringify(part)).not.toMatch(/Sam|Bad night|private/);
});

test('the script writes what the fixture holds', async () => {
  expect(await itemsAt(healthConnect, await changed())).toEqual(await itemsAt(healthConnect, join(import.meta.dirname, 'fixtures', NAME)));
});

test('a column with a new name is told, and its rows are kept aside', async () => {
  const path = await changed(
    'alter table steps_record_table rename column count to steps',
    'alter table weight_record_table add more real',
  );
  const { context, drift } = driftingContext();
  const [part] = await readAll(healthConnect, path, context);
  expect(tally(part?.items ?? [])).toMatchObject({ sample: 4, 'quarantined wrong-shape': 3 });
  expect(drift.map(({ kind, name }) => `${kind} ${name}`)).toEqual([
    'unknown-field brain_waves_record_table',
    'unknown-field steps',
    'missing-field count',
    'unknown-field more',
  ]);
});

test('of a damaged table the rest is told, and the other tables are read', async () => {
  const path = await changed();
  const database = new Database(path, { readonly: true });
  const page = database.prepare("select rootpage from sqlite_schema where name = 'steps_record_table'").pluck().get() as number;
  database.close();
  const bytes = readFileSync(path);
  bytes.fill(0xff, (page - 1) * 1024, page * 1024);
  const [part] = await readAll(healthConnect, await folderWith({ [NAME]: bytes }));
  expect(tally(part?.items ?? [])).toMatchObject({ sample: 4, record: 3, 'quarantined part-unreadable': 1 });
});

test('a table whose pages lie in a ring ends', async () => {
  const rows = Array.from({ length: 400 }, (_, i) => `insert into steps_record_table (count, start_time) values (${i}, 1711843200000)`);
  const path = await changed(...rows);
  const database = new Database(path, { readonly: true });
  const page = database.prepare("select rootpage from sqlite_schema where name = 'steps_record_table'").pluck().get() as number;
  database.close();
  const bytes = readFileSync(path);
  // Every child of the root is the first one.
  const root = (page - 1) * 1024;
  const cells = bytes.readUInt16BE(root + 3);
  const child = bytes.readUInt32BE(root + bytes.readUInt16BE(root + 12));
  for (let cell = 0; cell < cells; cell++) bytes.writeUInt32BE(child, root + bytes.readUInt16BE(root + 12 + 2 * cell));
  const [part] = await readAll(healthConnect, await folderWith({ [NAME]: bytes }));
  expect(tally(part?.items ?? [])).toMatchObject({ 'quarantined part-unreadable': 1 });
});

test('what is no database, or another one, is one unit with its reason; no copy is left behind', async () => {
  const before = copies();
  const other = new Database(':memory:');
  other.exec('create table notes (text)');
  const files = {
    'a.db': 'SQLite format 3\0rest',
    'b.db': other.serialize(),
    'c.db': fixture.subarray(0, 5000),
    'e.db': '',
    'd.db-wal': 'rows that have not reached the database',
  };
  other.close();
  const parts = await readAll(healthConnect, await folderWith(files));
  expect(parts.map(({ name, items }) => [name, tally(items)])).toEqual([
    ['a.db', { 'quarantined part-unreadable': 1 }],
    ['b.db', { 'quarantined not-this-kind': 1 }],
    ['c.db', { 'quarantined part-unreadable': 1 }],
    ['d.db-wal', { 'quarantined part-unreadable': 1 }],
    ['e.db', { 'quarantined file-empty': 1 }],
  ]);
  expect(copies()).toEqual(before);
});

test('a database that is written with a log is read like any other', async () => {
  const path = await changed('pragma journal_mode = wal');
  expect(tally(await itemsAt(healthConnect, path))).toMatchObject({ sample: 7, record: 3 });
});
