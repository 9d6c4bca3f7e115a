import { isIPv4 } from 'node:net';
import type { Client } from '@temporalio/client';
import { pino } from 'pino';
import { openStore, type Store, type StoreAddress } from '../store/open.ts';
import { listSources } from '../store/sources.ts';
import { connectTemporal, type TemporalAddress } from '../temporal/connect.ts';
import { reviews } from '../temporal/reviews.ts';
import { scheduleInfo } from '../temporal/schedules.ts';
import type { ReviewClient } from './review-client.ts';
import type { Schedules } from './schedules.ts';
import { createConsole, type Pushes } from './server.ts';

export interface ConsoleSettings {
  address: StoreAddress;
  temporal: TemporalAddress;
  /** Folder of the built pages. */
  webDist: string | null;
  host: string;
  port: number;
  /** Address that people reach it by, where that is another. */
  url: string | null;
  /** Content types that devices may push, by source kind. */
  pushes: Pushes;
}

/** Schedules, as far as the Temporal server tells; without it, the pages show the rest. */
function schedulesOf(client: Client, store: Store): Schedules {
  return {
    async ofStudy(study, ids) {
      const sources = (await listSources(store, study)).filter((source) => ids.includes(source.id));
      return scheduleInfo(client, sources);
    },
  };
}

function reviewClient(client: Client, store: Store): ReviewClient {
  const steps = reviews(client, store);
  return {
    claim: (alert, { by }) => steps.claim(alert, by),
    // The page has sealed severity and note in the store already.
    rate: (alert, { by, ratingId }) => steps.rateDraft(alert, by, ratingId),
    close: (alert, { by, decision }) => steps.close(alert, by, decision),
  };
}

async function main(): Promise<void> {
  const settings = JSON.parse(process.env.AFFERENT_CONSOLE ?? '{}') as ConsoleSettings;
  const store = await openStore(settings.address);
  const { client, close } = await connectTemporal(settings.temporal);
  const url = settings.url === null ? null : new URL(settings.url);
  const app = await createConsole({
    store,
    review: reviewClient(client, store),
    schedules: schedulesOf(client, store),
    webDist: settings.webDist,
    pushes: settings.pushes,
    logger: pino({ level: 'info' }),
    hosts: [...(url ? [url.hostname] : []), ...(isIPv4(settings.host) ? [] : [settings.host])],
    secureCookie: url?.protocol === 'https:',
  });
  await app.listen({ host: settings.host, port: settings.port });
  let ending = false;
  const end = async () => {
    if (ending) return;
    ending = true;
    await app.close();
    await close();
    await store.close();
    process.exit(0);
  };
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, () => void end());
  // A console whose owner died has nobody to end it.
  process.on('disconnect', () => void end());
  process.send?.('ready');
}

if (import.meta.main) await main();
