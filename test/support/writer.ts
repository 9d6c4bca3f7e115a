import { Worker } from 'node:worker_threads';
import type { StoreAddress } from '../../src/store/open.ts';

export interface WriterTask {
  address: StoreAddress;
  source: string;
  arrival: string;
  commits: number;
}

export type WriterNews = { is: 'begun' } | { is: 'ended'; committed: number; error: string | null };

/** A thread with connections of its own that commits one post after another, until it has made `commits` or one fails. */
export function startWriter(address: StoreAddress, source: string, arrival: string, commits: number) {
  const task: WriterTask = { address, source, arrival, commits };
  const thread = new Worker(new URL('./writer-thread.ts', import.meta.url), { workerData: task });
  const begun = Promise.withResolvers<void>();
  const ended = Promise.withResolvers<{ committed: number; error: string | null }>();
  thread.on('message', (news: WriterNews) => (news.is === 'begun' ? begun.resolve() : ended.resolve(news)));
  thread.on('error', (thrown) => {
    begun.reject(thrown);
    ended.reject(thrown);
  });
  return { begun: begun.promise, ended: ended.promise };
}
