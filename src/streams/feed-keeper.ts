import type { ErrorCode } from '../../schema/errors.ts';
import { type Feed, runningFeeds } from '../store/feeds.ts';
import type { Store } from '../store/open.ts';
import { readJetstream } from './jetstream.ts';
import { readMastodon } from './mastodon.ts';
import { poll } from './poll.ts';
import { untilStopped } from './until-stopped.ts';

/** What is told of feeds: ids of ours, counts and codes. */
export interface FeedEvent {
  feeds: string[];
  event: 'connected' | 'ended' | 'failed';
  code?: ErrorCode;
  againInMs?: number;
}

/** What a reader works with. */
export interface Reading {
  store: Store;
  signal: AbortSignal;
  tell(event: FeedEvent): void;
  /** To be called once the other side answers: later failures begin with the shortest wait. */
  connected(): Promise<void>;
}

interface Running {
  /** What it was started with; where that changes, it is started anew from its cursor. */
  of: string;
  stop(): Promise<void>;
}

/** Accounts that one connection to a Jetstream asks for; the service takes 10,000. */
const mostAccounts = 5_000;

/** Runs a reader for every feed that is on, and ends those of feeds that were ended and of people who have withdrawn. */
export class FeedKeeper {
  readonly #store: Store;
  readonly #tell: (event: FeedEvent) => void;
  readonly #running = new Map<string, Running>();

  constructor(store: Store, tell: (event: FeedEvent) => void) {
    this.#store = store;
    this.#tell = tell;
  }

  /** Compares what runs with what should. */
  async look(): Promise<void> {
    const wanted = readersOf(await runningFeeds(this.#store, Date.now()));
    for (const [name, running] of this.#running) {
      if (wanted.get(name)?.of === running.of) continue;
      this.#running.delete(name);
      await running.stop();
    }
    for (const [name, { of, feeds, read }] of wanted) {
      if (this.#running.has(name)) continue;
      this.#running.set(name, { of, stop: untilStopped(this.#store, feeds, this.#tell, read) });
    }
  }

  async stop(): Promise<void> {
    const all = [...this.#running.values()];
    this.#running.clear();
    await Promise.all(all.map((running) => running.stop()));
  }
}

interface Wanted {
  of: string;
  feeds: string[];
  read(reading: Reading): Promise<void>;
}

/** One reader for each feed, but one for all accounts of the same Jetstream. Feeds are read from the store again at each start. */
function readersOf(feeds: readonly Feed[]): Map<string, Wanted> {
  const wanted = new Map<string, Wanted>();
  const streams = new Map<string, Feed[]>();
  for (const feed of feeds) {
    if (feed.form === 'jetstream') streams.set(feed.settings.url, [...(streams.get(feed.settings.url) ?? []), feed]);
    else {
      const read = feed.form === 'mastodon' ? readMastodon : poll;
      // Tokens are renewed while it runs: only the address tells another feed.
      wanted.set(feed.id, { of: feed.settings.url, feeds: [feed.id], read: (reading) => read(reading, feed.id) });
    }
  }
  for (const [url, all] of streams) {
    for (let i = 0; i < all.length; i += mostAccounts) {
      const some = all.slice(i, i + mostAccounts);
      const ids = some.map((feed) => feed.id);
      const of = some.map((feed) => `${feed.id} ${feed.form === 'jetstream' ? feed.settings.did : ''}`).join('\n');
      wanted.set(`${url} ${i}`, { of, feeds: ids, read: (reading) => readJetstream(reading, url, ids) });
    }
  }
  return wanted;
}
