import { setTimeout } from 'node:timers/promises';
import { pino } from 'pino';
import { toAfferentError } from '../../schema/errors.ts';
import { openStore, type StoreAddress } from '../store/open.ts';
import { connectTemporal, type TemporalAddress } from '../temporal/connect.ts';
import { forgetErased } from '../temporal/forget.ts';
import { startIngestion } from '../temporal/ingestion.ts';
import { FeedKeeper } from './feed-keeper.ts';
import { ReaderWaker } from './reader-waker.ts';

export interface StreamsSettings {
  address: StoreAddress;
  temporal: TemporalAddress;
}

/** How often, ms, it is looked for what waits and for feeds that were added or ended. */
const lookEveryMs = 1_000;

/** As a process: keeps feeds running and has what came in read. All that it knows is in the store, so it may die at any time. */
async function main(): Promise<void> {
  const settings = JSON.parse(process.env.AFFERENT_STREAMS ?? '{}') as StreamsSettings;
  const log = pino({ level: 'info' });
  const stop = new AbortController();
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, () => stop.abort());
  process.on('disconnect', () => stop.abort());
  const store = await openStore(settings.address);
  const { client, close } = await connectTemporal(settings.temporal);
  const waker = new ReaderWaker(store, (source) => startIngestion(client, store, source.study, [source]));
  const feeds = new FeedKeeper(store, (event) => log.info(event, 'feed'));
  process.send?.('ready');
  const pause = () => setTimeout(lookEveryMs, null, { signal: stop.signal }).catch(() => null);
  while (!stop.signal.aborted) {
    // Where a withdrawal was killed before it reached the server, nobody may call it again.
    for (const look of [() => feeds.look(), () => waker.look(Date.now()), () => forgetErased(client, store)]) {
      await look().catch((thrown: unknown) => log.error({ code: toAfferentError(thrown).code }, 'looking failed'));
    }
    await pause();
  }
  await feeds.stop();
  await close();
  await store.close();
  process.exit(0);
}

if (import.meta.main) await main();
