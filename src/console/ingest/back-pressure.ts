import { waitingBytes } from '../../store/inbox.ts';
import type { Store } from '../../store/open.ts';
import type { InboxWriter } from './inbox-writer.ts';

export interface InboxLimits {
  /** Bytes that may wait to be read, of all sources and of one. */
  waitingBytes: number;
  sourceBytes: number;
  /** Bytes of bodies that are on their way in. */
  receivingBytes: number;
  /** Bytes in memory that are not durable yet. */
  pendingBytes: number;
  /** How long, ms, a push may have waited for its transaction before others are sent away. */
  lagMs: number;
}

export const inboxLimits: InboxLimits = {
  waitingBytes: 1024 * 1024 * 1024,
  sourceBytes: 256 * 1024 * 1024,
  receivingBytes: 256 * 1024 * 1024,
  pendingBytes: 64 * 1024 * 1024,
  lagMs: 5_000,
};

/** How old, ms, the count of what waits may be. */
const freshMs = 1_000;
const [leastSeconds, mostSeconds] = [1, 300];

/** Says when a push is to be sent away, and for how long. */
export class BackPressure {
  readonly #store: Store;
  readonly #writer: InboxWriter;
  readonly #limits: InboxLimits;
  #bySource = new Map<string, number>();
  #total = 0;
  #receiving = 0;
  #lookedAt = Number.NEGATIVE_INFINITY;
  #looking: Promise<void> | null = null;
  /** Bytes a second by which the queue shrank when last seen; 0 where it did not. */
  #rate = 0;

  constructor(store: Store, writer: InboxWriter, limits: InboxLimits) {
    this.#store = store;
    this.#writer = writer;
    this.#limits = limits;
  }

  /** Seconds to stay away, or null when the push may come. */
  async retryAfter(source: string, bytes: number): Promise<number | null> {
    if (this.#writer.pendingBytes + bytes > this.#limits.pendingBytes || this.#writer.lagMs > this.#limits.lagMs) return leastSeconds;
    await this.#look();
    const over = Math.max(
      this.#total + bytes - this.#limits.waitingBytes,
      (this.#bySource.get(source) ?? 0) + bytes - this.#limits.sourceBytes,
    );
    if (over <= 0) return null;
    // Without a pace to go by, half a minute: long enough for the readers to come to it.
    const seconds = this.#rate > 0 ? Math.ceil(over / this.#rate) : 30;
    return Math.min(Math.max(seconds, leastSeconds), mostSeconds);
  }

  /**
   * Takes room for a body before any of it is read: many long bodies on slow lines must not fill the memory.
   * @returns what gives the room back, or null where there is none
   */
  receive(bytes: number): (() => void) | null {
    if (this.#receiving + bytes > this.#limits.receivingBytes) return null;
    this.#receiving += bytes;
    return () => {
      this.#receiving -= bytes;
    };
  }

  /** Counts a push that has become durable, until the next look. */
  add(source: string, bytes: number): void {
    this.#total += bytes;
    this.#bySource.set(source, (this.#bySource.get(source) ?? 0) + bytes);
  }

  async #look(): Promise<void> {
    const since = performance.now() - this.#lookedAt;
    if (since < freshMs) return;
    this.#looking ??= (async () => {
      const bySource = await waitingBytes(this.#store);
      const total = [...bySource.values()].reduce((sum, bytes) => sum + bytes, 0);
      this.#rate = Number.isFinite(since) ? Math.max(0, ((this.#total - total) * 1000) / since) : 0;
      this.#bySource = bySource;
      this.#total = total;
      this.#lookedAt = performance.now();
    })().finally(() => {
      this.#looking = null;
    });
    await this.#looking;
  }
}
