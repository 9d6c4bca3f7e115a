import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, onTestFinished, test } from 'vitest';
import { Consent } from '../../schema/policy.ts';
import { sourcesOfOthers } from '../../src/store/explore-outcomes.ts';
import { checkLedger } from '../../src/store/ledger-check.ts';
import type { Store } from '../../src/store/open.ts';
import { addParticipant } from '../../src/store/participants.ts';
import { changeSourceSettings } from '../../src/store/source-settings.ts';
import { addSource } from '../../src/store/sources.ts';
import { createStudy } from '../../src/store/studies.ts';
import { databaseNames, storeHome } from '../../test/support/store-home.ts';
import { findArrivals } from './find-arrivals.ts';
import { ingestBatch } from './ingest-batch.ts';

const chat = ['13/03/24, 10:00 - Ana: one', '13/03/24, 10:01 - Ben: two', '14/03/24, 10:02 - Ana: three'];

async function ingest(store: Store, source: string): Promise<number> {
  const context = { store, models: '', progress: () => {}, checkCancelled: () => {} };
  const { batches } = await findArrivals(context, { source, since: '9999' });
  for (const batch of batches) expect(await ingestBatch(context, { batch })).toEqual({ error: null });
  expect((await checkLedger(store, null)).findings).toEqual([]);
  return batches.length;
}

async function ledger(store: Store): Promise<string[]> {
  const rows = await store.db.selectFrom('batch').selectAll().orderBy('arrived_at').orderBy('id').execute();
  return rows.map(({ stored, duplicate, quarantined, excluded }) => `${stored} ${duplicate} ${quarantined} ${excluded}`);
}

describe.each(databaseNames)('a file whose account is declared later, on %s', (database) => {
  async function begun() {
    const folder = mkdtempSync(join(tmpdir(), 'afferent-again-'));
    onTestFinished(() => rmSync(folder, { recursive: true }));
    const path = join(folder, '_chat.txt');
    writeFileSync(path, `${chat.join('\n')}\n`);
    const store = await (await storeHome(database)).open();
    await createStudy(store, 'sleep', null);
    const { id: participant } = await addParticipant(store, 'sleep', 'anna', Consent.parse({ audiences: ['direct'] }));
    const settings = { path, mapping: {}, zone: 'UTC', account: null };
    const { id: source } = await addSource(store, 'sleep', participant, 'whatsapp', settings, null);
    expect([await ingest(store, source), await ingest(store, source), await ledger(store)]).toEqual([1, 0, ['0 0 3 0']]);
    return { store, source, participant, settings };
  }

  test('is read once more, and what was not told then is a duplicate of what is told now', async () => {
    const { store, source } = await begun();
    expect(await changeSourceSettings(store, 'sleep', source, { account: 'Ana' })).toBe(true);
    expect([await ingest(store, source), await ingest(store, source)]).toEqual([1, 0]);
    expect((await ledger(store)).sort()).toEqual(['0 3 0 0', '2 0 0 1']);
    expect(await store.db.selectFrom('outcome_reason').select(['outcome']).execute()).toEqual([{ outcome: 'excluded' }]);
  });

  test('also where the source is added again with it', async () => {
    const { store, source, participant, settings } = await begun();
    expect(await addSource(store, 'sleep', participant, 'whatsapp', { ...settings, account: 'Ana' }, null)).toMatchObject({ id: source });
    expect(await ingest(store, source)).toBe(1);
  });

  test('is read once more under a name that was misspelt, and until then all of it is said to be of others', async () => {
    const { store, source } = await begun();
    expect(await sourcesOfOthers(store, 'sleep')).toEqual([]);
    await changeSourceSettings(store, 'sleep', source, { account: 'Anna' });
    await ingest(store, source);
    expect([(await ledger(store)).sort(), await sourcesOfOthers(store, 'sleep')]).toEqual([['0 0 0 3', '0 3 0 0'], [source]]);
    expect(await changeSourceSettings(store, 'sleep', source, { account: 'Ana' })).toBe(true);
    expect([await ingest(store, source), await ingest(store, source)]).toEqual([1, 0]);
    expect([(await ledger(store)).sort(), await sourcesOfOthers(store, 'sleep')]).toEqual([['0 0 0 3', '0 3 0 0', '2 0 0 1'], []]);
  });

  test('another zone reads nothing again unless it is asked for', async () => {
    const { store, source } = await begun();
    expect(await changeSourceSettings(store, 'sleep', source, { account: 'Ana' })).toBe(true);
    await ingest(store, source);
    expect(await changeSourceSettings(store, 'sleep', source, { zone: 'Europe/Berlin' })).toBe(false);
    expect(await changeSourceSettings(store, 'sleep', source, { account: 'Ana' })).toBe(false);
    expect(await ingest(store, source)).toBe(0);
    expect(await changeSourceSettings(store, 'sleep', source, {}, true)).toBe(true);
    expect([await ingest(store, source), await ingest(store, source)]).toEqual([1, 0]);
  });
});
