import { Connection, isGrpcServiceError } from '@temporalio/client';
import { msToTs } from '@temporalio/common/lib/time.js';
import { AfferentError } from '../../schema/errors.ts';

/** What the workflows are found by, in Temporal's own pages too. */
export const searchAttributes = ['AfferentStudy', 'AfferentKind'] as const;
/** Closed workflows are kept so long, ms; a development server forgets after a day. */
const retentionMs = 30 * 24 * 3600 * 1000;
const keyword = 2;
const alreadyExists = 6;
const notFound = 5;

/** Waits until the server says that it serves. @throws AfferentError `temporal-down` after `patience` ms */
export async function waitForTemporal(address: string, patience: number, signal: AbortSignal): Promise<void> {
  const deadline = performance.now() + patience;
  for (;;) {
    signal.throwIfAborted();
    if (await answersAt(address)) return;
    if (performance.now() > deadline) throw new AfferentError('temporal-down');
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
}

/** Whether a Temporal server answers here. */
export async function answersAt(address: string): Promise<boolean> {
  let connection: Connection | null = null;
  try {
    connection = await Connection.connect({ address, connectTimeout: 3000 });
    const { status } = await connection.healthService.check({ service: 'temporal.api.workflowservice.v1.WorkflowService' });
    return status === 1;
  } catch {
    return false;
  } finally {
    await connection?.close();
  }
}

/**
 * Makes the namespace where it is missing, registers our search attributes, and has closed workflows kept for 30 days.
 * @param own whether the server is ours: the retention of somebody else's namespace stays as it is
 */
export async function prepareNamespace(address: string, namespace: string, own: boolean): Promise<void> {
  const connection = await Connection.connect({ address });
  try {
    const known = await describeNamespace(connection, namespace);
    if (known === null) await registerNamespace(connection, namespace);
    else if (own && known * 1000 < retentionMs) {
      await connection.workflowService.updateNamespace({
        namespace,
        config: { workflowExecutionRetentionTtl: msToTs(retentionMs) },
      });
    }
    await addSearchAttributes(connection, namespace);
  } finally {
    await connection.close();
  }
}

/** Retention of a namespace in seconds; null when there is none of that name. */
async function describeNamespace(connection: Connection, namespace: string): Promise<number | null> {
  try {
    const { config } = await connection.workflowService.describeNamespace({ namespace });
    return Number(config?.workflowExecutionRetentionTtl?.seconds ?? 0);
  } catch (thrown) {
    if (isGrpcServiceError(thrown) && thrown.code === notFound) return null;
    throw new AfferentError('temporal-down', { what: `namespace ${namespace}` });
  }
}

async function registerNamespace(connection: Connection, namespace: string): Promise<void> {
  await unlessExists(connection.workflowService.registerNamespace({ namespace, workflowExecutionRetentionPeriod: msToTs(retentionMs) }));
}

async function addSearchAttributes(connection: Connection, namespace: string): Promise<void> {
  const { customAttributes } = await connection.operatorService.listSearchAttributes({ namespace });
  const missing = searchAttributes.filter((name) => !(name in (customAttributes ?? {})));
  if (missing.length === 0) return;
  const added = Object.fromEntries(missing.map((name) => [name, keyword]));
  await unlessExists(connection.operatorService.addSearchAttributes({ namespace, searchAttributes: added }));
}

async function unlessExists(request: Promise<unknown>): Promise<void> {
  try {
    await request;
  } catch (thrown) {
    if (!(isGrpcServiceError(thrown) && thrown.code === alreadyExists)) throw thrown;
  }
}
