import { type SelectQueryBuilder, sql } from 'kysely';
import type { Store } from './open.ts';
import { requireStudy } from './studies.ts';
import type { Tables } from './tables.ts';

export interface AsOfFilter {
  /** ISO in UTC with milliseconds. */
  at: string;
  participant?: string;
  source?: string;
  type?: Tables['record']['type'];
}

/** A record's version as a row; sealed. */
export type AsOfRow = Pick<Tables['record'], 'id' | 'participant' | 'source' | 'day' | 'time_ms' | 'body'> & {
  kind: string;
  /** The source's own version, or the last export that stated it as far as was known then; the empty string where neither is told. */
  version: string;
  /** When the version came, ISO: as it came last, where it came back. */
  known_at: string;
};

/**
 * A study's records as they were known at a moment: of each, the newest version among those that had arrived by then, by the
 * source's own version or the last export that stated it; where that says nothing, the one that was stated last, even if it had been
 * stated before; where two were never told apart, the greater content hash. What has been erased since is not there. In order of
 * their times, `page` counts from 1.
 * @throws AfferentError `unknown-study`
 */
export async function recordsAsOf(
  store: Store,
  study: string,
  filter: AsOfFilter,
  { page, size }: { page: number; size: number },
): Promise<AsOfRow[]> {
  await requireStudy(store, study);
  const rows = await newest(store, study, filter)
    .selectAll()
    .orderBy('time_ms')
    .orderBy('id')
    .limit(size)
    .offset((page - 1) * size)
    .execute();
  return rows.map(({ rank: _, ...row }) => row);
}

/** How many there are in all. @throws AfferentError `unknown-study` */
export async function countAsOf(store: Store, study: string, filter: AsOfFilter): Promise<number> {
  await requireStudy(store, study);
  const { rows } = await newest(store, study, filter)
    .select((eb) => eb.fn.countAll<number>().as('rows'))
    .executeTakeFirstOrThrow();
  return Number(rows);
}

function newest(
  { db }: Store,
  study: string,
  { at, participant, source, type }: AsOfFilter,
): SelectQueryBuilder<Tables & { version_of: AsOfRow & { rank: number } }, 'version_of', object> {
  const stated = db
    .selectFrom('restatement')
    .select([
      'record',
      (eb) => eb.fn.max('number').as('number'),
      (eb) => eb.fn.max('at').as('at'),
      (eb) => eb.fn.max('stated').as('stated'),
    ])
    .where('at', '<=', at)
    .groupBy('record');
  // Of a record with one version alone it is not kept when it was stated again: what came since can have done it where something came since.
  const arrived = db
    .selectFrom('batch')
    .select(['source', (eb) => eb.fn.max('arrived_at').as('last_at')])
    .where('study', '=', study)
    .groupBy('source');
  const versions = db
    .selectFrom('record')
    .innerJoin('batch', 'batch.id', 'record.batch')
    .innerJoin('source', 'source.id', 'record.source')
    .innerJoin(arrived.as('arrived'), 'arrived.source', 'record.source')
    .leftJoin(stated.as('stated'), 'stated.record', 'record.id')
    .select(['record.id', 'record.participant', 'record.source', 'source.kind', 'record.day', 'record.time_ms', 'record.body'])
    .select(
      sql<string>`coalesce(stated.stated, case when arrived.last_at <= ${at} then record.stated_until end, record.version)`.as('version'),
    )
    .select(sql<string>`coalesce(stated.at, batch.arrived_at)`.as('known_at'))
    .select(
      sql<number>`row_number() over (partition by record.source, record.record_key
        order by coalesce(stated.stated, record.version) desc, coalesce(stated.number, 0) desc, batch.arrived_at desc, record.content_key desc)`.as(
        'rank',
      ),
    )
    .where('record.study', '=', study)
    .where('batch.arrived_at', '<=', at)
    .$if(participant !== undefined, (query) => query.where('record.participant', '=', participant as string))
    .$if(source !== undefined, (query) => query.where('record.source', '=', source as string))
    .$if(type !== undefined, (query) => query.where('record.type', '=', type as Tables['record']['type']));
  return db.selectFrom(versions.as('version_of')).where('rank', '=', 1) as never;
}
