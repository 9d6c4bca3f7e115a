import { sql } from 'kysely';
import { AfferentError, type ErrorCode } from '../../schema/errors.ts';
import type { FeedSettings } from '../../schema/streams.ts';
import { now } from './clock.ts';
import { type Incoming, insertIncoming, sealIncoming } from './inbox.ts';
import { keyUnlessGone } from './keys.ts';
import type { Store } from './open.ts';
import { participantConsent } from './participants.ts';
import { seal, unseal } from './seal.ts';
import { requireNotErased, requireSource } from './sources.ts';
import type { Tables } from './tables.ts';

/** A feed as its reader needs it. */
export type Feed = FeedSettings & {
  id: string;
  study: string;
  participant: string;
  source: string;
  /** What was read last, in the words of the form; null before the first. */
  cursor: string | null;
  sequence: number;
  notBefore: string | null;
};

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
  const place = known && isSamePlace(openFeed(key, known), given) ? {} : { cursor: null };
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

/** Ends the feed of a source; what came by it stays. @throws AfferentError `unknown-feed` */
export async function endFeed(store: Store, study: string, source: string): Promise<void> {
  const { numUpdatedRows } = await store.db
    .updateTable('feed')
    .set({ state: 'off' })
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

/** Feeds that are on, of participants who agree to something at this moment: nobody else's account is asked for. */
export async function runningFeeds(store: Store, nowMs: number): Promise<Feed[]> {
  const rows = await store.db.selectFrom('feed').selectAll().where('state', '=', 'on').orderBy('id').execute();
  const feeds: Feed[] = [];
  for (const row of rows) {
    const { from, to, kinds } = await participantConsent(store, row.participant);
    if (row.form !== 'poll' && kinds !== undefined && !kinds.includes('post')) continue;
    if ((from !== undefined && nowMs < Date.parse(from)) || (to !== undefined && nowMs >= Date.parse(to))) continue;
    // Somebody whose withdrawal is under way must not keep the others from being read.
    const key = await keyUnlessGone(store, row.participant);
    if (key !== null) feeds.push(openFeed(key, row));
  }
  return feeds;
}

function openFeed(key: Buffer, row: Tables['feed']): Feed {
  const settings = JSON.parse(unseal(key, `feed|${row.id}`, row.settings).toString('utf8'));
  const cursor = row.cursor === null ? null : unseal(key, `cursor|${row.id}`, row.cursor).toString('utf8');
  const { id, study, participant, source, sequence, not_before: notBefore } = row;
  return { form: row.form, settings, id, study, participant, source, cursor, sequence, notBefore };
}

/** What a reader got from the other side: frames as lines, and the cursor behind them. */
export interface Gotten {
  feed: Feed;
  media: string;
  /** One frame a line; null where there was none and the cursor alone moves. */
  body: Buffer | null;
  cursor: string;
}

/**
 * Commits frames of feeds together with the cursors behind them, or nothing.
 * @throws AfferentError `stale-writer` where another reader went on with one of the feeds, `unknown-source` after a withdrawal
 */
export async function commitFrames(store: Store, gotten: readonly Gotten[], nowMs: number): Promise<void> {
  if (gotten.length === 0) return;
  const sealed = await Promise.all(
    gotten.map(async ({ feed, media, body, cursor }) => {
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
      return { feed, row, cursor: seal(await store.keys.key(participant), `cursor|${feed.id}`, cursor) };
    }),
  );
  await store.db.transaction().execute(async (tx) => {
    for (const { feed, row, cursor } of sealed) {
      await requireNotErased(store, tx, feed.source);
      const { numUpdatedRows } = await tx
        .updateTable('feed')
        .set({ cursor, sequence: feed.sequence + 1, ...(row ? { last_frame_at: new Date(nowMs).toISOString() } : {}) })
        .where('id', '=', feed.id)
        .where('sequence', '=', feed.sequence)
        .executeTakeFirstOrThrow();
      if (numUpdatedRows === 0n) throw new AfferentError('stale-writer');
      if (row) await insertIncoming(store, tx, [row]);
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
