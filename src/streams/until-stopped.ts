import { setTimeout } from 'node:timers/promises';
import { toAfferentError } from '../../schema/errors.ts';
import { noteFeed } from '../store/feeds.ts';
import type { Store } from '../store/open.ts';
import type { FeedEvent, Reading } from './feed-keeper.ts';
import { AskedToWait } from './vendor-request.ts';

const [shortestMs, longestMs] = [500, 60_000];

/**
 * Runs a reader again and again, from its cursor, with longer waits while it fails at once.
 * @returns ends it and waits until it has ended
 */
export function untilStopped(
  store: Store,
  feeds: string[],
  tell: (event: FeedEvent) => void,
  read: (reading: Reading) => Promise<void>,
): () => Promise<void> {
  const stop = new AbortController();
  let wait = shortestMs;
  const connected = async () => {
    wait = shortestMs;
    await noteFeed(store, feeds, { connectedAt: new Date().toISOString(), error: null, notBefore: null });
    tell({ feeds, event: 'connected' });
  };
  const run = async () => {
    while (!stop.signal.aborted) {
      try {
        await read({ store, signal: stop.signal, tell, connected });
        tell({ feeds, event: 'ended' });
      } catch (thrown) {
        if (stop.signal.aborted) break;
        const notBefore = thrown instanceof AskedToWait ? thrown.until : null;
        if (notBefore !== null) wait = Math.max(wait, Date.parse(notBefore) - Date.now());
        const code = notBefore === null ? toAfferentError(thrown).code : 'feed-down';
        tell({ feeds, event: 'failed', code, againInMs: wait });
        // The store may be what failed: then the log alone says so.
        await noteFeed(store, feeds, { connectedAt: null, error: code, notBefore }).catch(() => {});
      }
      await setTimeout(wait, null, { signal: stop.signal }).catch(() => null);
      wait = Math.min(wait * 2, longestMs);
    }
  };
  const running = run();
  return async () => {
    stop.abort();
    await running;
  };
}
