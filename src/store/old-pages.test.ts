import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import Database from 'better-sqlite3';
import { sql } from 'kysely';
import { expect, onTestFinished, test } from 'vitest';
import { connect } from './database.ts';
import { forgetOldPages } from './old-pages.ts';

test('files that somebody writes all the while are said to be unclean', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'afferent-test-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  const path = join(folder, 'a.db');
  const { db, adapter } = connect<Record<string, never>>(`sqlite:${path}`);
  onTestFinished(() => db.destroy());
  await sql`create table t (a)`.execute(db);
  await sql`pragma busy_timeout = 20`.execute(db);
  const other = new Database(path);
  onTestFinished(() => void other.close());
  other.exec('begin immediate; insert into t values (1)');
  expect(await forgetOldPages(db, adapter, ['t'])).toBe(false);
  other.exec('commit');
  expect(await forgetOldPages(db, adapter, ['t'])).toBe(true);
});
