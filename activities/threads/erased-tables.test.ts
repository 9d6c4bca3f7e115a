import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import type { Judged } from '../../schema/source.ts';
import { backup } from '../../src/store/backup.ts';
import { contentHash } from '../../src/store/content-hash.ts';
import { deleteRecord } from '../../src/store/deletions.ts';
import { eraseUncovered } from '../../src/store/erase-uncovered.ts';
import { checkLedger } from '../../src/store/ledger-check.ts';
import { restore } from '../../src/store/restore.ts';
import type { FrozenRun } from '../../src/store/runs.ts';
import { prepareTable } from '../../src/store/signal-tables/prepare.ts';
import { withdraw } from '../../src/store/withdraw.ts';
import { copyKeyFile, databaseNames, openForTest, storeHome } from '../../test/support/store-home.ts';
import { ingest, openWriter } from '../../test/support/study-data.ts';
import { dayOf, daysOfSteps, leftOf, night, scoresOf, stepStudy, verifyIn } from './testing/step-study.ts';
import { beforeTransactions } from './testing/transactions.ts';

describe.each(databaseNames)('days of a participant on %s', (database) => {
  test('lose all scores with a sample that consent no longer covers; what is left is scored anew', async () => {
    const { home, store, source, participant, score, verify } = await stepStudy(database, 'days');
    await ingest(store, source, 'first', daysOfSteps(0, 60));
    const first = await score();
    // Three stretches, and what was carried behind the second.
    expect(await leftOf(store)).toMatchObject({ scores: 52, tables: 4 });
    const late = (item: Judged) => (item.is === 'sample' && item.sample.time.day >= dayOf(56) ? ('after-consent' as const) : null);
    expect(await eraseUncovered(store, participant, late)).toMatchObject({ scores: 52, alerts: [] });
    expect(await leftOf(store)).toEqual({ scores: 0, decisions: 0, tables: 0, states: ['erased'] });
    expect(await verify(first?.id ?? '')).toMatchObject({ scores: 0, erased: 1 });
    expect((await score())?.inputs).toBe(1);
    const other = await stepStudy(database, 'days', home);
    await ingest(other.store, other.source, 'all', daysOfSteps(0, 56));
    await other.score();
    expect(await scoresOf(store, 'lonely')).toEqual(await scoresOf(other.store, 'lonely'));
    expect((await checkLedger(store, 'sleep')).findings).toEqual([]);
  });

  test('lose them with a night that its source deletes, and with all the rest in a withdrawal', async () => {
    const { store, source, score } = await stepStudy(database, 'days');
    await ingest(store, source, 'first', [...daysOfSteps(0, 20), night(14, 300)]);
    await score();
    const { owner } = await openWriter(store, source, 'second');
    const at = '2026-12-01T00:00:00.000Z';
    await store.db.transaction().execute((tx) => deleteRecord(tx, owner, { type: 'event', recordId: 'sleep 14', at }));
    expect(await leftOf(store)).toEqual({ scores: 0, decisions: 0, tables: 0, states: ['erased'] });
    await score();
    expect(await scoresOf(store, 'lonely')).toHaveLength(12);
    await withdraw(store, 'sleep', 'anna');
    expect(await leftOf(store)).toEqual({ scores: 0, decisions: 0, tables: 0, states: ['erased', 'erased'] });
    expect(await score()).toBeNull();
  });

  test('that are erased while they are scored get none', async () => {
    const { store, source, participant, freeze, scoreRun } = await stepStudy(database, 'days');
    await ingest(store, source, 'first', daysOfSteps(0, 20));
    const run = (await freeze()) as FrozenRun;
    await scoreRun(run, () => eraseUncovered(store, participant, (item) => (item.is === 'sample' ? 'no-consent-kind' : null)));
    expect(await leftOf(store)).toEqual({ scores: 0, decisions: 0, tables: 0, states: ['erased'] });
  });

  test('that were being frozen as they were erased get none, and the run keeps no name of them', async () => {
    const { store, source, participant, freeze, scoreRun } = await stepStudy(database, 'days');
    await ingest(store, source, 'first', daysOfSteps(0, 20));
    const run = (await freeze()) as FrozenRun;
    const inputs = await store.db.selectFrom('run_input').selectAll().execute();
    await scoreRun(run, async () => {
      await eraseUncovered(store, participant, (item) => (item.is === 'sample' ? 'no-consent-kind' : null));
      // Whoever froze it had not committed when it was erased.
      for (const { run: id, ordinal, ...rest } of inputs)
        await store.db.updateTable('run_input').set(rest).where('run', '=', id).where('ordinal', '=', ordinal).execute();
    });
    expect(await leftOf(store)).toEqual({ scores: 0, decisions: 0, tables: 0, states: ['erased'] });
    const named = await store.db.selectFrom('run_input').select(['participant', 'tables', 'input_id']).execute();
    expect(named).toEqual([{ participant: null, tables: null, input_id: null }]);
  });

  test('of which a sample is erased between its reading and their storing are not stored', async () => {
    const { store, source, participant } = await stepStudy(database, 'days');
    await ingest(store, source, 'first', daysOfSteps(0, 16));
    const erase = () =>
      eraseUncovered(store, participant, (item) => (item.is === 'sample' && item.sample.time.day === dayOf(15) ? 'after-consent' : null));
    expect(await prepareTable(beforeTransactions(store, erase), 'sleep', participant, 'days', 0)).toBeNull();
    expect(await leftOf(store)).toMatchObject({ tables: 0 });
    expect((await prepareTable(store, 'sleep', participant, 'days', 0))?.ids).toHaveLength(1);
  });

  test('come back from a backup with their scores, and verify to the bit', async () => {
    const { home, store, source, score } = await stepStudy(database, 'days');
    await ingest(store, source, 'first', daysOfSteps(0, 20));
    const run = (await score()) as FrozenRun;
    const before = await contentHash(store, 'sleep');
    const models = join(home.folder, 'models');
    await backup(store, models, join(home.folder, 'backup'));
    const fresh = await storeHome(database);
    copyKeyFile(home, fresh);
    const address = { ...fresh.address, keyStore: home.address.keyStore };
    await restore(join(home.folder, 'backup'), address, join(fresh.folder, 'models'), { refuse: () => () => null });
    const again = await openForTest(address);
    expect(await contentHash(again, 'sleep')).toBe(before);
    expect(await verifyIn(again, join(fresh.folder, 'models'), run.id)).toMatchObject({ scores: 12, identical: 12, missing: 0 });
    // The same rows make the same stretches: nothing is new to score.
    expect(await again.db.selectFrom('study').select('models').execute()).toEqual([{ models: '["days"]' }]);
  });
});
