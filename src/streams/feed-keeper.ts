import { createHash } from 'node:crypto';
import type { ErrorCode } from '../../schema/errors.ts';
import type { Store } from '../store/open.ts';
import { type Feed, openFeeds, type RunningFeed, runningFeeds } from '../store/open-feeds.ts';
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
  /** What feeds lead to, as it was when their settings were sealed; these are opened only where they have changed. */
  readonly #places = new Map<string, Place & { settings: Buffer }>();

  constructor(store: Store, tell: (event: FeedEvent) => void) {
    this.#store = store;
    this.#tell = tell;
  }

  /** Compares what runs with what should. */
  async look(): Promise<void> {
    const wanted = readersOf(await this.#placesOf(await runningFeeds(this.#store, Date.now())));
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

  async #placesOf(feeds: readonly RunningFeed[]): Promise<Place[]> {
    const changed = feeds.filter(({ id, settings }) => !this.#places.get(id)?.settings.equals(settings));
    for (const id of this.#places.keys()) if (!feeds.some((feed) => feed.id === id)) this.#places.delete(id);
    const opened =
      changed.length === 0
        ? []
        : await openFeeds(
            this.#store,
            changed.map((feed) => feed.id),
            Date.now(),
          );
    for (const { id, settings } of changed) {
      const feed = opened.find((one) => one.id === id);
      // Withdrawn in between.
      if (feed === undefined) this.#places.delete(id);
      else this.#places.set(id, { settings, id, form: feed.form, server: named(feed.settings.url), account: accountOf(feed) });
    }
    return feeds.flatMap(({ id }) => this.#places.get(id) ?? []);
  }
}

/** Where a feed leads, by hashes: addresses and accounts are kept by nobody but its reader. */
interface Place {
  id: string;
  form: RunningFeed['form'];
  server: string;
  account: string;
}

function named(text: string): string {
  return createHash('sha256').update(text).digest('base64url');
}

function accountOf(feed: Feed): string {
  return feed.form === 'jetstream' ? named(feed.settings.did) : '';
}

interface Wanted {
  of: string;
  feeds: string[];
  read(reading: Reading): Promise<void>;
}

/** One reader for each feed, but one for all accounts of the same Jetstream. Feeds are read from the store again at each start. */
function readersOf(places: readonly Place[]): Map<string, Wanted> {
  const wanted = new Map<string, Wanted>();
  const streams = new Map<string, Place[]>();
  for (const place of places) {
    const { id, form, server } = place;
    if (form === 'jetstream') streams.set(server, [...(streams.get(server) ?? []), place]);
    else {
      const read = form === 'mastodon' ? readMastodon : poll;
      // Tokens are renewed while it runs: only the address tells another feed.
      wanted.set(id, { of: server, feeds: [id], read: (reading) => read(reading, id) });
    }
  }
  for (const [server, all] of streams) {
    for (let i = 0; i < all.length; i += mostAccounts) {
      const some = all.slice(i, i + mostAccounts);
      const ids = some.map((place) => place.id);
      const of = some.map(({ id, account }) => `${id} ${account}`).join('\n');
      wanted.set(`${server} ${i}`, { of, feeds: ids, read: (reading) => readJetstream(reading, ids) });
    }
  }
  return wanted;
}
