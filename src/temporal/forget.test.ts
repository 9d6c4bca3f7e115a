import type { Client } from '@temporalio/client';
import { describe, expect, test } from 'vitest';
import { databaseNames, storeHome } from '../../test/support/store-home.ts';
import { addPerson, ingest, post, scorePosts } from '../../test/support/study-data.ts';
import { alertsToForget } from '../store/alerts-to-forget.ts';
import { eraseUncovered } from '../store/erase-uncovered.ts';
import { createStudy } from '../store/studies.ts';
import { forgetErasedAlerts } from './forget.ts';
import { workflowIds } from './names.ts';

/** A server that has one run of whatever it is asked for; `deleted` are those that it was told to delete. */
function server(answers: boolean) {
  const deleted: string[] = [];
  const client = {
    options: { namespace: 'default' },
    workflow: {
      async *list({ query }: { query: string }) {
        if (!answers) throw new Error('killed');
        yield { workflowId: /"(.*)"/.exec(query)?.[1] ?? '', runId: '1' };
      },
    },
    workflowService: {
      async deleteWorkflowExecution({ workflowExecution }: { workflowExecution: { workflowId: string } }) {
        deleted.push(workflowExecution.workflowId);
      },
    },
  };
  return { deleted, client: client as unknown as Client };
}

describe.each(databaseNames)('alerts that were erased, on %s', (database) => {
  test('stay remembered until the server has forgotten them, whoever was killed between', async () => {
    const home = await storeHome(database);
    const store = await home.open();
    await createStudy(store, 'sleep', null);
    const { source, participant } = await addPerson(store, 'sleep', 'anna');
    await ingest(store, source, 'export', [post('1', 'goes')]);
    await scorePosts(store, 'sleep', [participant], 'a note');
    const { alerts } = await eraseUncovered(store, participant, () => 'no-consent-kind');
    expect(alerts).toHaveLength(1);
    await store.close();

    const again = await home.open();
    await expect(forgetErasedAlerts(server(false).client, again)).rejects.toThrow('killed');
    expect(await alertsToForget(again)).toEqual(alerts);
    const { client, deleted } = server(true);
    await forgetErasedAlerts(client, again);
    expect(deleted).toEqual(alerts.map(workflowIds.review));
    expect(await alertsToForget(again)).toEqual([]);
  });
});
