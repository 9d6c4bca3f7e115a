import { type Client, ScheduleNotFoundError } from '@temporalio/client';
import { describe, expect, test } from 'vitest';
import { databaseNames, openForTest, storeHome } from '../../test/support/store-home.ts';
import { addPerson, ingest, post, scorePosts } from '../../test/support/study-data.ts';
import { eraseUncovered } from '../store/erase-uncovered.ts';
import { tombstone } from '../store/participants.ts';
import { createStudy } from '../store/studies.ts';
import { toForget } from '../store/to-forget.ts';
import { withdraw } from '../store/withdraw.ts';
import { forgetErased } from './forget.ts';
import { scheduleId, workflowIds } from './names.ts';

/** A server that has one run of whatever it is asked for; `deleted` are the runs and schedules that it was told to delete. */
function server({ answers = true, isSlow = false }: { answers?: boolean; isSlow?: boolean } = {}) {
  const deleted: string[] = [];
  const client = {
    options: { namespace: 'default' },
    schedule: {
      getHandle: (id: string) => ({
        async delete() {
          if (!answers) throw new Error('killed');
          deleted.push(id);
          throw new ScheduleNotFoundError('none', id);
        },
      }),
    },
    workflow: {
      async *list({ query }: { query: string }) {
        if (!answers) throw new Error('killed');
        yield { workflowId: /"(.*)"/.exec(query)?.[1] ?? '', runId: '1' };
      },
    },
    workflowService: {
      async deleteWorkflowExecution({ workflowExecution }: { workflowExecution: { workflowId: string } }) {
        deleted.push(workflowExecution.workflowId);
        // Of what is gone already the list may tell for a while.
        if (isSlow) throw Object.assign(new Error('5 NOT_FOUND'), { code: 5, details: 'not found', metadata: {} });
      },
    },
  };
  return { deleted, client: client as unknown as Client };
}

async function withAlert(database: (typeof databaseNames)[number]) {
  const home = await storeHome(database);
  const store = await home.open();
  await createStudy(store, 'sleep', null);
  const { source, participant } = await addPerson(store, 'sleep', 'anna');
  await ingest(store, source, 'export', [post('1', 'goes')]);
  await scorePosts(store, 'sleep', [participant], 'a note');
  const alert = await store.db.selectFrom('alert').select('id').executeTakeFirstOrThrow();
  return { home, store, source, participant, alert: alert.id };
}

const ofSource = (source: string) => [scheduleId(source), workflowIds.ingestion(source), workflowIds.replay(source)];

describe.each(databaseNames)('what was erased, on %s', (database) => {
  test('alerts stay remembered until the server has forgotten them, whoever was killed between', async () => {
    const { home, store, participant } = await withAlert(database);
    const { alerts } = await eraseUncovered(store, participant, () => 'no-consent-kind');
    expect(alerts).toHaveLength(1);
    await store.close();

    const again = await home.open();
    await expect(forgetErased(server({ answers: false }).client, again)).rejects.toThrow('killed');
    expect(await toForget(again)).toEqual({ sources: [], alerts });
    const { client, deleted } = server();
    await forgetErased(client, again);
    expect(deleted).toEqual(alerts.map(workflowIds.review));
    expect(await toForget(again)).toBeNull();
  });

  test('so do the sources and alerts of somebody who has withdrawn', async () => {
    const { home, store, source, alert } = await withAlert(database);
    await withdraw(store, 'sleep', 'anna');
    await store.close();

    const again = await home.open();
    await expect(forgetErased(server({ answers: false }).client, again)).rejects.toThrow('killed');
    // Called again it erases nothing more, and still it is known what the server has.
    expect(await withdraw(again, 'sleep', 'anna')).toMatchObject({ sources: [], alerts: [] });
    expect(await toForget(again)).toEqual({ sources: [source], alerts: [alert] });
    const { client, deleted } = server({ isSlow: true });
    await forgetErased(client, again);
    expect(deleted).toEqual([...ofSource(source), workflowIds.review(alert)]);
    expect(await toForget(again)).toBeNull();
    await forgetErased(server({ answers: false }).client, again);
  });

  test('and of somebody whose rows were erased when the store was opened again', async () => {
    const { home, store, source, participant, alert } = await withAlert(database);
    await store.keys.destroy('sleep', participant, tombstone(store, 'sleep', participant));
    await store.close();
    expect(await toForget(await openForTest(home.address))).toEqual({ sources: [source], alerts: [alert] });
  });
});
