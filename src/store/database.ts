import { Kysely, PostgresAdapter, PostgresDialect, sql } from 'kysely';
import { Migrator } from 'kysely/migration';
import pg from 'pg';
import { migrations } from '../../migrations/index.ts';
import { AfferentError } from '../../schema/errors.ts';
import { sqliteDialect } from './sqlite-driver.ts';
import type { Room } from './sqlite-statements.ts';
import type { Tables } from './tables.ts';

export type Db = Kysely<Tables>;

// Counts and milliseconds fit a double exactly; the driver would hand them out as strings.
pg.types.setTypeParser(pg.types.builtins.INT8, Number);

/** What differs between the two databases, in one place. */
export interface Adapter {
  name: 'sqlite' | 'postgres';
  /** Largest number of values that one statement binds. */
  maxValues: number;
}

const adapters: Record<'sqlite' | 'postgres', Adapter> = {
  sqlite: { name: 'sqlite', maxValues: 30_000 },
  postgres: { name: 'postgres', maxValues: 60_000 },
};

/** Opens a database by its address, `sqlite:PATH` or `postgres://…`, without migrating it; `room` is for SQLite alone. */
export function connect<T>(url: string, room?: Room): { db: Kysely<T>; adapter: Adapter } {
  if (url.startsWith('sqlite:')) {
    return { db: new Kysely<T>({ dialect: sqliteDialect(url.slice('sqlite:'.length), undefined, room) }), adapter: adapters.sqlite };
  }
  if (/^postgres(ql)?:\/\//.test(url)) {
    const pool = new pg.Pool({ connectionString: url, max: 4 });
    // An idle connection that breaks is replaced at its next use; without a listener it would end the process.
    pool.on('error', () => {});
    return { db: new Kysely<T>({ dialect: new PostgresDialect({ pool }) }), adapter: adapters.postgres };
  }
  throw new AfferentError('usage', { what: '--store takes sqlite:PATH or postgres://…' });
}

/** Any number will do, as long as every version uses this one. */
const setUpLock = 4_011_861;

/** Does what sets a database up, while nobody else does: PostgreSQL's `create table if not exists` fails when two run it at once. */
export async function setUpAlone<T>(db: Kysely<T>, work: () => Promise<void>): Promise<void> {
  if (!(db.getExecutor().adapter instanceof PostgresAdapter)) return work();
  await db.connection().execute(async (one) => {
    await sql`select pg_advisory_lock(${setUpLock})`.execute(one);
    await work().finally(() => sql`select pg_advisory_unlock(${setUpLock})`.execute(one));
  });
}

/** Brings a database up to this version. Throws `store-newer` when it holds steps that this version does not know. */
export async function migrate(db: Db, steps = migrations): Promise<void> {
  await setUpAlone(db, async () => {
    const done = await appliedSteps(db);
    if (done.some((name) => !(name in steps))) throw new AfferentError('store-newer');
    if (done.length === Object.keys(steps).length) return;
    const { error } = await new Migrator({ db, provider: { getMigrations: async () => steps } }).migrateToLatest();
    if (error) throw error;
  });
}

export async function tableNames(db: Db): Promise<string[]> {
  const tables = await db.introspection.getTables({ withInternalKyselyTables: true });
  return tables.map((table) => table.name);
}

/** Migration steps that a database has been through, oldest first. */
export async function appliedSteps(db: Db): Promise<string[]> {
  if (!(await tableNames(db)).includes('kysely_migration')) return [];
  const { rows } = await sql<{ name: string }>`select name from kysely_migration order by name`.execute(db);
  return rows.map((row) => row.name);
}
