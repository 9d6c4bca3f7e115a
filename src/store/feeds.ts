import { sql } from 'kysely';
import { AfferentError, type ErrorCode } from '../../schema/errors.ts';
import type { FeedSettings } from '../../schema/streams.ts';
import { now } from './clock.ts';
import { type Incoming, insertIncoming, sealIncoming } from './inbox.ts';
import { type Lapse, noteLapse } from './lapses.ts';
import type { Store } from './open.ts';
import { type Feed, openFeed } from './open-feeds.ts';
import { seal } from './seal.ts';
import { requireNotErased, requireSource } from './sources.ts';
import type { Tables } from './tables.ts';

/**
 * Gives a source a feed, or its feed these settings. It keeps its place where form, address and account stay; a reader that still has
 * the old settings can neither go on nor save them. @throws AfferentError `unknown-source`
 */
export async function putFeed(store: Store, study: string, source: string, given: FeedSettings): Promise<string> {
  const row = await requireSource(store, source);
  if (row.study !== study) throw new AfferentError('unknown-source');
  const id = `f_${store.secrets.study(study)('feed', source).slice(0, 20)}`;
  const key = await store.keys.key(row.participant);
  const settings = seal(key, `feed|${id}`, JSON.stringify(given.settings));
  const known = await store.db.selectFrom('feed').selectAll().where('id', '=', id).executeTakeFirst();
  const place = known && known.settings.length > 0 && isSamePlace(openFeed(key, known), given) ? {} : { cursor: null };
  const changed = { form: given.form, settings, state: 'on', last_error: null, not_before: null } as const;
  await store.db
    .insertInto('feed')
    .values({
      ...changed,
      id,
      study,
      participant: row.participant,
      source,
      cursor: null,
      sequence: 0,
      connected_at: null,
      last_frame_at: null,
      created_at: now(),
    })
    .onConflict((c) => c.column('id').doUpdateSet({ ...changed, ...place, sequence: sql`feed.sequence + 1` }))
    .execute();
  return id;
}

function isSamePlace(known: FeedSettings, given: FeedSettings): boolean {
  if (known.form !== given.form || known.settings.url !== given.settings.url) return false;
  return known.form !== 'jetstream' || given.form !== 'jetstream' || known.settings.did === given.settings.did;
}

/**
 * Ends the feed of a source: its tokens, address and place are gone at once, and a reader that still has them can save none of it.
 * What came by it stays. @throws AfferentError `unknown-feed`
 */
export async function endFeed(store: Store, study: string, source: string): Promise<void> {
  const { numUpdatedRows } = await store.db
    .updateTable('feed')
    .set({ state: 'off', settings: Buffer.alloc(0), cursor: null, sequence: sql`feed.sequence + 1` })
    .where('source', '=', source)
    .where('study', '=', study)
    .executeTakeFirstOrThrow();
  if (numUpdatedRows === 0n) throw new AfferentError('unknown-feed');
}

export type FeedRow = Pick<
  Tables['feed'],
  'id' | 'source' | 'form' | 'state' | 'last_error' | 'connected_at' | 'last_frame_at' | 'not_before' | 'sequence'
>;

export async function listFeeds(store: Store, study: string): Promise<FeedRow[]> {
  return store.db
    .selectFrom('feed')
    .select(['id', 'source', 'form', 'state', 'last_error', 'connected_at', 'last_frame_at', 'not_before', 'sequence'])
    .where('study', '=', study)
    .orderBy('created_at')
    .orderBy('id')
    .execute();
}

/** What a reader got from the other side: frames as lines, and the cursor behind them. */
export interface Gotten {
  feed: Feed;
  media: string;
  /** One frame a line; null where there was none and the cursor alone moves. */
  body: Buffer | null;
  cursor: string;
  /** What the other side no longer had before it. */
  lapse?: Lapse;
}

/**
 * Commits frames of feeds together with the cursors behind them, or nothing.
 * @throws AfferentError `stale-writer` where another reader went on with one of the feeds, `unknown-source` after a withdrawal
 */
export async function commitFrames(store: Store, gotten: readonly Gotten[], nowMs: number): Promise<void> {
  if (gotten.length === 0) return;
  const sealed = await Promise.all(
    gotten.map(async ({ feed, media, body, cursor, lapse }) => {
      const { study, participant, source } = feed;
      const from = { feed: feed.id };
      const incoming: Incoming = {
        study,
        participant,
        source,
        from,
        requestId: null,
        media,
        body: body ?? Buffer.alloc(0),
        receivedMs: nowMs,
        clientMs: null,
      };
      const row = body === null ? null : await sealIncoming(store, incoming, `${feed.id}/${feed.sequence}`);
      return { feed, row, lapse, cursor: seal(await store.keys.key(participant), `cursor|${feed.id}`, cursor) };
    }),
  );
  await store.db.transaction().execute(async (tx) => {
    for (const { feed, row, lapse, cursor } of sealed) {
      await requireNotErased(store, tx, feed.source);
      const { numUpdatedRows } = await tx
        .updateTable('feed')
        .set({ cursor, sequence: feed.sequence + 1, ...(row ? { last_frame_at: new Date(nowMs).toISOString() } : {}) })
        .where('id', '=', feed.id)
        .where('sequence', '=', feed.sequence)
        .executeTakeFirstOrThrow();
      if (numUpdatedRows === 0n) throw new AfferentError('stale-writer');
      if (row) await insertIncoming(store, tx, [row]);
      if (lapse) await noteLapse(tx, feed.source, lapse, nowMs);
    }
  });
  for (const { feed, cursor } of gotten) {
    feed.sequence += 1;
    feed.cursor = cursor;
  }
}

/** New settings of a feed, such as a token that was renewed: durable before it is used. @throws AfferentError `stale-writer` */
export async function saveFeedSettings(store: Store, feed: Feed): Promise<void> {
  const settings = seal(await store.keys.key(feed.participant), `feed|${feed.id}`, JSON.stringify(feed.settings));
  const { numUpdatedRows } = await store.db
    .updateTable('feed')
    .set({ settings })
    .where('id', '=', feed.id)
    .where('sequence', '=', feed.sequence)
    .executeTakeFirstOrThrow();
  if (numUpdatedRows === 0n) throw new AfferentError('stale-writer');
}

/** How a feed is doing: since when it is connected, what went wrong last, until when it was asked to wait. */
export async function noteFeed(
  store: Store,
  ids: readonly string[],
  change: { connectedAt?: string | null; error?: ErrorCode | null; notBefore?: string | null },
): Promise<void> {
  if (ids.length === 0) return;
  await store.db
    .updateTable('feed')
    .set({
      ...(change.connectedAt === undefined ? {} : { connected_at: change.connectedAt }),
      ...(change.error === undefined ? {} : { last_error: change.error }),
      ...(change.notBefore === undefined ? {} : { not_before: change.notBefore }),
    })
    .where('id', 'in', ids)
    .execute();
}
