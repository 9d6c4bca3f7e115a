import type { Kysely } from 'kysely';

/**
 * A score that is erased is looked for among those that alerts rest on, by the database too, which guards the reference. Scores of a
 * record need no index of their own: they have its input, by which they are found.
 */
export async function up(db: Kysely<unknown>): Promise<void> {
  await db.schema.createIndex('alert_score_score').on('alert_score').columns(['score']).execute();
}
