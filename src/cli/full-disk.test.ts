import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import pg from 'pg';
import { expect, test } from 'vitest';
import { freshPostgres } from '../../test/support/postgres.ts';
import { runCli, temporaryFolder } from './testing/run-cli.ts';

test('a full disk ends ingest with a word why, and the same command goes on where there is room again', { timeout: 240_000 }, async () => {
  const folder = temporaryFolder();
  const store = await freshPostgres();
  const afferent = (...args: string[]) => runCli([...args, '--home', join(folder, 'home'), '--store', store]);
  const posts = join(folder, 'posts.jsonl');
  writeFileSync(posts, '{"id":"1","time":"2026-01-02T03:04:05Z","text":"a quiet day"}\n');
  expect((await afferent('study', 'create', 'tides')).code).toBe(0);
  expect((await afferent('participant', 'add', 'tides', 'Anna-7')).code).toBe(0);
  expect((await afferent('source', 'add', 'tides', '--participant', 'Anna-7', '--kind', 'posts', '--path', posts)).code).toBe(0);
  const server = new pg.Client({ connectionString: store });
  await server.connect();
  // The database's own error of a disk that is full, where a run would be written.
  await server.query(
    `create function full_disk() returns trigger language plpgsql as $$ begin raise exception using errcode = '53100'; end $$`,
  );
  await server.query('create trigger full_disk before insert on run for each row execute function full_disk()');
  const { code, stderr } = await afferent('ingest', 'tides');
  expect(stderr).toContain('error: The disk is full.\nhint: Free space, then run the same command again; what is committed stays.\n');
  expect(code).toBe(3);
  await server.query('drop trigger full_disk on run');
  await server.end();
  const again = await afferent('ingest', 'tides');
  expect(again.code).toBe(0);
  expect(again.stdout).not.toContain('\n0 new scores.');
});
