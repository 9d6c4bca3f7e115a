import { AfferentError } from '../../schema/errors.ts';
import { feedMedia } from '../../schema/streams.ts';
import { commitFrames, type Gotten } from '../store/feeds.ts';
import type { Lapse } from '../store/lapses.ts';
import { type Feed, openFeeds } from '../store/open-feeds.ts';
import type { Reading } from './feed-keeper.ts';
import { asLine, openFrames } from './frames.ts';
import { headOf } from './jetstream-head.ts';
import { firstRemembered } from './jetstream-memory.ts';

/** Frames may come a little out of order, and from another instance of the service: so far, µs, is gone back at each start. */
const rewindUs = 5_000_000;
/** How often, ms, the cursors of accounts that were quiet are moved on. */
const quietMs = 60_000;
/** How often, µs, it is written down that an account was listened to although it was quiet. */
const heardUs = 600_000_000;
/** After so long, µs, away the service is asked how far back it remembers; before that every one does. */
const askUs = 3_600_000_000;
/** So much later, µs, than was asked for the first like of the whole network may come and nothing be missing: a service may be small. */
const rememberedUs = 900_000_000;
/**
 * Where the service does not tell how far back it remembers, about a day is usual: where the first frame after a start is so much later,
 * µs, than what was asked for, something may be missing, and that is told; a shorter silence is taken for one.
 */
const lapseUs = 12 * 3_600_000_000;
/** How long, ms, frames are gathered into one transaction. */
const gatherMs = 250;

/**
 * Reads a Jetstream for the accounts of these feeds until it closes. Frames are committed with the cursors behind them; at the
 * next start they are asked for from there, and what comes twice is a duplicate in the ledger.
 * @throws AfferentError `feed-down`, `feed-refused`
 */
export async function readJetstream(reading: Reading, ids: readonly string[]): Promise<void> {
  const { store, signal } = reading;
  const feeds = await openFeeds(store, ids, Date.now());
  const url = feeds[0]?.settings.url;
  if (url === undefined) return;
  // Whoever has no cursor yet begins here: what is posted while nobody listens is asked for later.
  const startUs = Date.now() * 1000;
  const fresh = feeds.filter((feed) => feed.cursor === null);
  await commitFrames(
    store,
    fresh.map((feed) => cursorAlone(feed, cursorText(startUs, startUs))),
    Date.now(),
  );
  const from = Math.min(...feeds.map((feed) => placeOf(feed).us)) - rewindUs;
  const left = Math.min(...feeds.map(leftAt));
  const remembered = startUs - left > askUs ? await firstRemembered(url, left, signal) : null;
  // The accounts go in a message: in the address they would be in logs.
  const socket = await openFrames(`${url}${url.includes('?') ? '&' : '?'}requireHello=true&cursor=${from}`, {}, signal);
  const accounts = byAccount(feeds);
  try {
    socket.send(
      JSON.stringify({ type: 'options_update', payload: { wantedCollections: ['app.bsky.feed.post'], wantedDids: [...accounts.keys()] } }),
    );
    await reading.connected();
    const seen = new Seen(feeds, startUs, remembered);
    for (;;) {
      const frames = await socket.take(quietMs);
      if (frames === null) throw new AfferentError('feed-down');
      if (signal.aborted) return;
      await commitFrames(store, seen.gotten(frames, accounts), Date.now());
      if (frames.length > 0) await new Promise((resolve) => setTimeout(resolve, gatherMs));
    }
  } finally {
    socket.close();
  }
}

function cursorAlone(feed: Feed, cursor: string): Gotten {
  return { feed, media: feedMedia.jetstream, body: null, cursor };
}

/** How far the frames of an account were read, and until when it was listened to by our own clock, which passes quiet times; both µs. */
interface Place {
  us: number;
  heard: number;
}

function placeOf({ cursor }: Feed): Place {
  const [us = 0, heard = us] = (cursor ?? '0').split(' ').map(Number);
  return { us, heard };
}

function cursorText(us: number, heard: number): string {
  return `${us} ${heard}`;
}

function byAccount(feeds: readonly Feed[]): Map<string, Feed[]> {
  const accounts = new Map<string, Feed[]>();
  for (const feed of feeds) {
    if (feed.form !== 'jetstream') continue;
    const { did } = feed.settings;
    accounts.set(did, [...(accounts.get(did) ?? []), feed]);
  }
  return accounts;
}

/** How far a connection has come, and since when each account has been quiet. */
class Seen {
  readonly #feeds: readonly Feed[];
  readonly #startUs: number;
  readonly #remembered: number | null;
  #latestUs = 0;
  #movedAt = performance.now();
  #isFirst = true;

  /** @param remembered how far back the service remembers, µs; null where it did not tell */
  constructor(feeds: readonly Feed[], startUs: number, remembered: number | null) {
    this.#feeds = feeds;
    this.#startUs = startUs;
    this.#remembered = remembered;
  }

  /** What to commit for these frames, none for a while of silence. Frames of accounts that were not asked for are not kept. */
  gotten(frames: readonly string[], accounts: ReadonlyMap<string, Feed[]>): Gotten[] {
    const lines = new Map<Feed, string[]>();
    const reached = new Map<Feed, number>();
    let first = this.#startUs;
    for (const frame of frames) {
      const { did, timeUs } = headOf(frame);
      for (const feed of accounts.get(did) ?? []) {
        const list = lines.get(feed);
        if (list) list.push(asLine(frame));
        else lines.set(feed, [asLine(frame)]);
        reached.set(feed, Math.max(reached.get(feed) ?? placeOf(feed).us, timeUs));
        first = Math.min(first, timeUs);
      }
      this.#latestUs = Math.max(this.#latestUs, timeUs);
    }
    const heard = Date.now() * 1000;
    const lapses = this.#isFirst ? lapsesBefore(first, this.#remembered, this.#feeds) : new Map<Feed, Lapse>();
    this.#isFirst = false;
    const gotten: Gotten[] = [];
    const isQuiet = this.#quietPassed();
    for (const feed of this.#feeds) {
      const [list, lapse, { us, heard: before }] = [lines.get(feed), lapses.get(feed), placeOf(feed)];
      const latest = Math.max(us, isQuiet ? this.#latestUs : 0);
      const moves = isQuiet && (latest > us || heard - before > heardUs);
      if (list === undefined && lapse === undefined && !moves) continue;
      const body = list === undefined ? null : Buffer.from(`${list.join('\n')}\n`);
      const cursor = cursorText(reached.get(feed) ?? latest, heard);
      gotten.push({ feed, media: feedMedia.jetstream, body, cursor, ...(lapse === undefined ? {} : { lapse }) });
    }
    return gotten;
  }

  #quietPassed(): boolean {
    if (performance.now() - this.#movedAt < quietMs) return false;
    this.#movedAt = performance.now();
    return true;
  }
}

/**
 * What may be missing, by feed: up to where the service remembers; where it does not tell, before the first frame that came, or the start
 * of listening where none did.
 */
function lapsesBefore(firstUs: number, remembered: number | null, feeds: readonly Feed[]): Map<Feed, Lapse> {
  const lapses = new Map<Feed, Lapse>();
  const [until, atLeast] = remembered === null ? [firstUs, lapseUs] : [remembered, rememberedUs];
  for (const feed of feeds) {
    const from = leftAt(feed);
    if (until - from > atLeast) lapses.set(feed, { fromMs: Math.floor(from / 1000), toMs: Math.ceil(until / 1000) });
  }
  return lapses;
}

/** Until when an account was listened to, µs. */
function leftAt(feed: Feed): number {
  const { us, heard } = placeOf(feed);
  return Math.max(us, heard);
}
