import { Client, Connection } from '@temporalio/client';
import { AfferentError } from '../../schema/errors.ts';

export interface TemporalAddress {
  address: string;
  namespace: string;
}

/** @throws AfferentError `temporal-down` */
export async function connectTemporal({ address, namespace }: TemporalAddress): Promise<{ client: Client; close(): Promise<void> }> {
  try {
    const connection = await Connection.connect({ address, connectTimeout: '10s' });
    return { client: new Client({ connection, namespace }), close: () => connection.close() };
  } catch {
    throw new AfferentError('temporal-down');
  }
}
