import type { Client } from '@temporalio/client';
import type { Config } from '../config/config.ts';
import { liveParts } from '../parts/parts-file.ts';
import { connectTemporal } from '../temporal/connect.ts';

/** Does the work given with the server that is up for this home; null when none is. @throws AfferentError `temporal-down` */
export async function withLiveParts<T>(config: Config, work: (client: Client) => Promise<T>): Promise<T | null> {
  const parts = liveParts(config.home);
  if (!parts) return null;
  const { client, close } = await connectTemporal({ address: parts.temporal, namespace: config.namespace });
  try {
    return await work(client);
  } finally {
    await close();
  }
}
