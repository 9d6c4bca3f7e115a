import { setTimeout } from 'node:timers/promises';
import { openStore, type StoreAddress } from '../../store/open.ts';
import { FeedKeeper } from '../feed-keeper.ts';

/** Feeds in a process of their own, that a test can kill; the store's address comes as JSON in AFFERENT_FEEDS. */
const store = await openStore(JSON.parse(process.env.AFFERENT_FEEDS ?? '{}') as StoreAddress);
const feeds = new FeedKeeper(store, () => {});
process.on('disconnect', () => process.exit(0));
for (;;) {
  await feeds.look();
  await setTimeout(100);
}
