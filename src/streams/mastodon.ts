import { AfferentError } from '../../schema/errors.ts';
import { feedMedia } from '../../schema/streams.ts';
import { commitFrames } from '../store/feeds.ts';
import { type Feed, openFeeds } from '../store/open-feeds.ts';
import type { Reading } from './feed-keeper.ts';
import { openFrames } from './frames.ts';
import { type EventLine, eventLine, type Own, statusLine } from './mastodon-lines.ts';
import { ask } from './vendor-request.ts';

type MastodonFeed = Extract<Feed, { form: 'mastodon' }>;

/** Committed with the events: the last post of the account's own, and how the addresses of its posts begin. */
interface MastodonCursor {
  lastId: string | null;
  prefix: string | null;
}

const pageSize = 40;
const quietMs = 60_000;
const gatherMs = 250;

/**
 * Reads the stream of a Mastodon account until it closes. The stream itself has no memory: what was posted while nobody listened is
 * asked for page by page once it is open. What others wrote is left out before anything is kept.
 * @throws AfferentError `feed-down`, `feed-refused`, `feed-odd`
 */
export async function readMastodon(reading: Reading, id: string): Promise<void> {
  const { store, signal } = reading;
  const feed = (await openFeeds(store, [id], Date.now()))[0];
  if (feed?.form !== 'mastodon') return;
  const { accessToken, url, streaming } = feed.settings;
  const headers = { authorization: `Bearer ${accessToken}` };
  const own = await ownAccount(url, headers, signal);
  const base = streaming ?? url.replace(/^http/, 'ws');
  const socket = await openFrames(new URL('/api/v1/streaming?stream=user', base).href, headers, signal);
  try {
    await reading.connected();
    await catchUp(reading, feed, own, headers);
    const others: EventLine[] = [];
    for (let keptMs = performance.now(); ; ) {
      const frames = await socket.take(quietMs);
      const lines = (frames ?? []).map((frame) => eventLine(frame, own, cursorOf(feed).prefix, new Date().toISOString()));
      others.push(...lines);
      // A timeline of others is busy, and of each post only that it came is kept: those are written together.
      if (frames === null || lines.some((line) => line.matters) || performance.now() - keptMs > quietMs) {
        await keep(reading, feed, others.splice(0));
        keptMs = performance.now();
      }
      if (frames === null) throw new AfferentError('feed-down');
      if (signal.aborted) return;
      await new Promise((resolve) => setTimeout(resolve, gatherMs));
    }
  } finally {
    socket.close();
  }
}

async function ownAccount(url: string, headers: Record<string, string>, signal: AbortSignal): Promise<Own> {
  const { json } = await ask(new URL('/api/v1/accounts/verify_credentials', url), { headers }, signal);
  const { id } = json as { id?: unknown };
  if (typeof id !== 'string') throw new AfferentError('feed-odd');
  return { id };
}

/** Posts since the last one that is known, the oldest first. An account that begins now begins with its newest. */
async function catchUp(reading: Reading, feed: MastodonFeed, own: Own, headers: Record<string, string>): Promise<void> {
  for (;;) {
    const { lastId } = cursorOf(feed);
    const address = new URL(`/api/v1/accounts/${encodeURIComponent(own.id)}/statuses`, feed.settings.url);
    address.searchParams.set('limit', String(lastId === null ? 1 : pageSize));
    if (lastId !== null) address.searchParams.set('min_id', lastId);
    const { json } = await ask(address, { headers }, reading.signal);
    if (!Array.isArray(json)) throw new AfferentError('feed-odd');
    await keep(
      reading,
      feed,
      json.map((status) => statusLine(status, own)),
    );
    // Without a step forward the same page would come for ever.
    if (lastId === null || json.length === 0 || cursorOf(feed).lastId === lastId || reading.signal.aborted) return;
  }
}

async function keep({ store }: Reading, feed: MastodonFeed, lines: readonly EventLine[]): Promise<void> {
  if (lines.length === 0) return;
  const cursor = cursorOf(feed);
  for (const { statusId, prefix } of lines) {
    if (statusId !== null && (cursor.lastId === null || isLater(statusId, cursor.lastId))) cursor.lastId = statusId;
    cursor.prefix = prefix ?? cursor.prefix;
  }
  const body = Buffer.from(lines.map(({ line }) => `${line}\n`).join(''));
  await commitFrames(store, [{ feed, media: feedMedia.mastodon, body, cursor: JSON.stringify(cursor) }], Date.now());
}

function cursorOf(feed: MastodonFeed): MastodonCursor {
  return feed.cursor === null ? { lastId: null, prefix: null } : (JSON.parse(feed.cursor) as MastodonCursor);
}

/** Ids are numbers of growing length, written as text. */
function isLater(a: string, b: string): boolean {
  return a.length === b.length ? a > b : a.length > b.length;
}
