import { AfferentError } from '../../schema/errors.ts';
import { feedMedia } from '../../schema/streams.ts';
import { commitFrames, type Feed, type Gotten, runningFeeds } from '../store/feeds.ts';
import type { Reading } from './feed-keeper.ts';
import { asLine, openFrames } from './frames.ts';

/** Frames may come a little out of order, and from another instance of the service: so far, µs, is gone back at each start. */
const rewindUs = 5_000_000;
/** How often, ms, the cursors of accounts that were quiet are moved on. */
const quietMs = 60_000;
/** How long, ms, frames are gathered into one transaction. */
const gatherMs = 250;

/**
 * Reads a Jetstream for the accounts of these feeds until it closes. Frames are committed with the cursors behind them; at the
 * next start they are asked for from there, and what comes twice is a duplicate in the ledger.
 * @throws AfferentError `feed-down`, `feed-refused`
 */
export async function readJetstream(reading: Reading, url: string, ids: readonly string[]): Promise<void> {
  const { store, signal } = reading;
  const feeds = (await runningFeeds(store, Date.now())).filter((feed) => ids.includes(feed.id));
  if (feeds.length === 0) return;
  // Whoever has no cursor yet begins here: what is posted while nobody listens is asked for later.
  const beginning = String(Date.now() * 1000);
  const fresh = feeds.filter((feed) => feed.cursor === null);
  await commitFrames(
    store,
    fresh.map((feed) => cursorAlone(feed, beginning)),
    Date.now(),
  );
  const from = Math.min(...feeds.map((feed) => Number(feed.cursor))) - rewindUs;
  // The accounts go in a message: in the address they would be in logs.
  const socket = await openFrames(`${url}${url.includes('?') ? '&' : '?'}requireHello=true&cursor=${from}`, {}, signal);
  const accounts = byAccount(feeds);
  try {
    socket.send(
      JSON.stringify({ type: 'options_update', payload: { wantedCollections: ['app.bsky.feed.post'], wantedDids: [...accounts.keys()] } }),
    );
    await reading.connected();
    const seen = new Seen(feeds);
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
  #latestUs = 0;
  #movedAt = performance.now();

  constructor(feeds: readonly Feed[]) {
    this.#feeds = feeds;
  }

  /** What to commit for these frames. Frames of accounts that were not asked for are not kept. */
  gotten(frames: readonly string[], accounts: ReadonlyMap<string, Feed[]>): Gotten[] {
    const lines = new Map<Feed, string[]>();
    const reached = new Map<Feed, number>();
    for (const frame of frames) {
      const { did, timeUs } = headOf(frame);
      for (const feed of accounts.get(did) ?? []) {
        const list = lines.get(feed);
        if (list) list.push(asLine(frame));
        else lines.set(feed, [asLine(frame)]);
        reached.set(feed, Math.max(reached.get(feed) ?? Number(feed.cursor), timeUs));
      }
      this.#latestUs = Math.max(this.#latestUs, timeUs);
    }
    const gotten = [...lines].map(([feed, list]): Gotten => {
      const body = Buffer.from(`${list.join('\n')}\n`);
      return { feed, media: feedMedia.jetstream, body, cursor: String(reached.get(feed)) };
    });
    if (performance.now() - this.#movedAt < quietMs) return gotten;
    this.#movedAt = performance.now();
    const quiet = this.#feeds.filter((feed) => !lines.has(feed) && Number(feed.cursor) < this.#latestUs);
    return [...gotten, ...quiet.map((feed) => cursorAlone(feed, String(this.#latestUs)))];
  }
}

/** Whose frame it is and when it was sent. A frame that does not say is nobody's: the empty account. */
function headOf(frame: string): { did: string; timeUs: number } {
  try {
    const { did, time_us: timeUs } = JSON.parse(frame) as { did?: unknown; time_us?: unknown };
    if (typeof did === 'string' && typeof timeUs === 'number' && Number.isSafeInteger(timeUs)) return { did, timeUs };
  } catch {
    // Not JSON: nobody's.
  }
  return { did: '', timeUs: 0 };
}
