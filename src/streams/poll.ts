import { createHash } from 'node:crypto';
import { setTimeout } from 'node:timers/promises';
import { AfferentError } from '../../schema/errors.ts';
import { type PollSettings, pushMedia } from '../../schema/streams.ts';
import { commitFrames, noteFeed, saveFeedSettings } from '../store/feeds.ts';
import { type Feed, openFeeds } from '../store/open-feeds.ts';
import type { Reading } from './feed-keeper.ts';
import { type Page, pageOf } from './poll-page.ts';
import { type Answer, AskedToWait, ask } from './vendor-request.ts';

type PollFeed = Extract<Feed, { form: 'poll' }>;

/** Committed with the rows: until when the vendor has been asked through, and the pass that is under way. */
interface PollCursor {
  through: string | null;
  pass: { from: string; to: string; next: string | null; pages: string[] } | null;
  /** What the pages of the last whole pass were. */
  pages: string[];
}

/** Pages of a pass that are remembered, so that a cursor stays small; what comes beyond them is kept each time. */
const mostPages = 2_000;

const dayMs = 86_400_000;

/**
 * Asks a vendor page by page, again and again. Each page is committed with the place of the next one; a pass that was cut short
 * goes on there. Days that were asked for before are asked for again, for vendors restate them; what has not changed is not kept twice.
 * @throws AfferentError `feed-down`, `feed-refused`, `feed-odd`
 */
export async function poll(reading: Reading, id: string): Promise<void> {
  const { store, signal } = reading;
  for (;;) {
    const feed = (await openFeeds(store, [id], Date.now()))[0];
    if (feed?.form !== 'poll') return;
    const cursor = readCursor(feed.cursor);
    const dueMs = cursor.pass || cursor.through === null ? 0 : Date.parse(cursor.through) + feed.settings.everySeconds * 1000;
    await until(Math.max(dueMs, feed.notBefore === null ? 0 : Date.parse(feed.notBefore)), signal);
    if (signal.aborted) return;
    try {
      await onePass(reading, feed, cursor);
    } catch (thrown) {
      if (!(thrown instanceof AskedToWait)) throw thrown;
      await noteFeed(store, [id], { notBefore: thrown.until });
    }
  }
}

async function onePass(reading: Reading, feed: PollFeed, cursor: PollCursor): Promise<void> {
  const { store, signal } = reading;
  const { settings } = feed;
  const pass = cursor.pass ?? newPass(settings, cursor.through, Date.now());
  for (let page: Page | null = null; page === null || page.next !== null; ) {
    if (signal.aborted) return;
    const answer = await withToken(reading, feed, pageUrl(settings, pass));
    if (page === null) {
      await reading.connected();
      await noteFeed(store, [feed.id], { notBefore: null });
    }
    page = pageOf(answer, settings);
    pass.next = page.next;
    const name = page.lines === null ? null : pageName(page.lines);
    // As it was the last time: nothing of it was restated. One that was different in between is stated again.
    const body = name !== null && (cursor.pages.includes(name) || pass.pages.includes(name)) ? null : page.lines;
    if (name !== null && pass.pages.length < mostPages) pass.pages.push(name);
    const after: PollCursor =
      page.next === null ? { through: pass.to, pass: null, pages: pass.pages } : { through: cursor.through, pass, pages: cursor.pages };
    await commitFrames(store, [{ feed, media: pushMedia.ndjson, body, cursor: JSON.stringify(after) }], Date.now());
  }
}

function newPass(settings: PollSettings, through: string | null, nowMs: number): NonNullable<PollCursor['pass']> {
  const fromMs = through === null ? nowMs - settings.firstDays * dayMs : Date.parse(through) - settings.againDays * dayMs;
  return { from: new Date(fromMs).toISOString(), to: new Date(nowMs).toISOString(), next: null, pages: [] };
}

/** A place of the next page is an address of the same server, for a token goes with it, or the value of a parameter. */
function pageUrl({ url, nextParam, fromParam, toParam }: PollSettings, pass: NonNullable<PollCursor['pass']>): URL {
  if (pass.next !== null && nextParam === undefined) {
    const next = URL.parse(pass.next, url);
    if (next?.origin !== new URL(url).origin) throw new AfferentError('feed-odd');
    return next;
  }
  const address = new URL(url);
  if (fromParam !== undefined) address.searchParams.set(fromParam, pass.from);
  if (toParam !== undefined) address.searchParams.set(toParam, pass.to);
  if (pass.next !== null && nextParam !== undefined) address.searchParams.set(nextParam, pass.next);
  return address;
}

/** Asks with the token; one that has run out is renewed once. */
async function withToken(reading: Reading, feed: PollFeed, url: URL): Promise<Answer> {
  const { oauth } = feed.settings;
  if (oauth && feed.settings.accessToken === undefined) await renew(reading, feed);
  try {
    return await ask(url, { headers: headersOf(feed.settings) }, reading.signal);
  } catch (thrown) {
    if (!oauth || !(thrown instanceof AfferentError) || thrown.code !== 'feed-refused') throw thrown;
    await renew(reading, feed);
    return ask(url, { headers: headersOf(feed.settings) }, reading.signal);
  }
}

function headersOf({ accessToken }: PollSettings): Record<string, string> {
  return { accept: 'application/json', ...(accessToken === undefined ? {} : { authorization: `Bearer ${accessToken}` }) };
}

/** Vendors give a new refresh token and forget the old one: it is durable before anything is asked with it. */
async function renew({ store, signal }: Reading, feed: PollFeed): Promise<void> {
  const { oauth } = feed.settings;
  if (!oauth) return;
  const body = new URLSearchParams({ grant_type: 'refresh_token', refresh_token: oauth.refreshToken, client_id: oauth.clientId });
  if (oauth.clientSecret !== undefined) body.set('client_secret', oauth.clientSecret);
  const { json } = await ask(oauth.tokenUrl, { method: 'POST', body }, signal).catch((thrown: unknown) => {
    // An invalid grant is answered with 400.
    throw thrown instanceof AfferentError && thrown.code === 'feed-odd' ? new AfferentError('feed-refused') : thrown;
  });
  const { access_token: accessToken, refresh_token: refreshToken } = json as { access_token?: unknown; refresh_token?: unknown };
  if (typeof accessToken !== 'string') throw new AfferentError('feed-odd');
  feed.settings.accessToken = accessToken;
  if (typeof refreshToken === 'string') oauth.refreshToken = refreshToken;
  await saveFeedSettings(store, feed);
}

function readCursor(cursor: string | null): PollCursor {
  const read = { through: null, pass: null, pages: [], ...(cursor === null ? {} : (JSON.parse(cursor) as Partial<PollCursor>)) };
  // Cursors of earlier versions name no pages.
  return { ...read, pass: read.pass && { ...read.pass, pages: read.pass.pages ?? [] } };
}

function pageName(lines: Buffer): string {
  return createHash('sha256').update(lines).digest('base64url').slice(0, 16);
}

async function until(ms: number, signal: AbortSignal): Promise<void> {
  // Looked at again each minute: a machine that slept must not sleep on.
  for (let left = ms - Date.now(); left > 0 && !signal.aborted; left = ms - Date.now()) {
    await setTimeout(Math.min(left, 60_000), null, { signal }).catch(() => null);
  }
}
