import type { Kysely } from 'kysely';
import { PostgresAdapter, sql } from 'kysely';

/** Column types that the two databases name differently. */
export function columnTypes(db: Kysely<unknown>) {
  const postgres = db.getExecutor().adapter instanceof PostgresAdapter;
  return {
    blob: postgres ? sql`bytea` : sql`blob`,
    /** Milliseconds since 1970, or a count that may pass 2^31. */
    big: postgres ? sql`bigint` : sql`integer`,
    real: postgres ? sql`double precision` : sql`real`,
  };
}
