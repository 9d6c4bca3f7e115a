import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, onTestFinished, test } from 'vitest';
import { Consent } from '../../schema/policy.ts';
import type { Parsed } from '../../schema/source.ts';
import { readPart } from '../../src/sources/account.ts';
import { cases } from '../../src/sources/testing/cases.ts';
import { contextOf } from '../../src/sources/testing/read-all.ts';
import { contentHash } from '../../src/store/content-hash.ts';
import { ledgerRows } from '../../src/store/ledger.ts';
import { checkLedger } from '../../src/store/ledger-check.ts';
import type { Store } from '../../src/store/open.ts';
import { addParticipant } from '../../src/store/participants.ts';
import { changeSourceSettings } from '../../src/store/source-settings.ts';
import { addSource } from '../../src/store/sources.ts';
import { createStudy } from '../../src/store/studies.ts';
import { copyKeyFile, databaseNames, type StoreHome, storeHome } from '../../test/support/store-home.ts';
import { findArrivals } from './find-arrivals.ts';
import { ingestBatch } from './ingest-batch.ts';
import type { JobContext } from './jobs.ts';
import { packPart, partOf } from './part-facts.ts';
import { noReplay, replayQuarantine } from './replay-quarantine.ts';

const right = { id: 'nr', time: 'at', text: 'says' };
const csv = [
  'nr;at;says',
  '1;2026-01-31T10:00:00Z;"one; with a delimiter"',
  '2;2026-01-31T11:00:00Z;two',
  '3;2026-02-01T11:00:00Z;three',
  '4;sometime;four',
];
const json = [
  { nr: 5, at: '2026-02-02T10:00:00Z', says: 'five' },
  { nr: 6, at: '2026-02-03T10:00:00Z', says: 'six' },
];

function folderOfPosts(): string {
  const folder = mkdtempSync(join(tmpdir(), 'afferent-replay-'));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  writeFileSync(join(folder, 'a.csv'), `${csv.join('\r\n')}\r\n`);
  writeFileSync(join(folder, 'b.jsonl'), json.map((row) => `${JSON.stringify(row)}\n`).join(''));
  return folder;
}

async function begun(home: StoreHome, path: string, mapping: Record<string, string>) {
  const store = await home.open();
  await createStudy(store, 'sleep', null);
  const { id: participant } = await addParticipant(store, 'sleep', 'anna', null);
  const settings = { path, mapping, zone: null, account: null };
  const { id: source } = await addSource(store, 'sleep', participant, 'posts', settings, null);
  return { store, source };
}

function context(store: Store, checkCancelled: () => void = () => {}): JobContext {
  return { store, models: '', progress: () => {}, checkCancelled };
}

async function ingest(store: Store, source: string): Promise<void> {
  const { batches } = await findArrivals(context(store), { source, since: '9999' });
  for (const batch of batches) await ingestBatch(context(store), { batch });
}

async function outcomes(store: Store): Promise<Record<string, number>> {
  const sum = { received: 0, stored: 0, quarantined: 0, excluded: 0 };
  for (const row of await ledgerRows(store, 'sleep')) for (const name of Object.keys(sum) as (keyof typeof sum)[]) sum[name] += row[name];
  return sum;
}

describe.each(databaseNames)('the quarantine on %s', (database) => {
  test('is read again after the mapping is right, as if it had always been', async () => {
    const home = await storeHome(database);
    const path = folderOfPosts();
    const { store, source } = await begun(home, path, {});
    await ingest(store, source);
    expect(await outcomes(store)).toEqual({ received: 6, stored: 0, quarantined: 6, excluded: 0 });
    rmSync(join(path, 'a.csv'));
    await changeSourceSettings(store, 'sleep', source, { mapping: right });
    const counts = await replayQuarantine(context(store), { source, reason: null });
    expect(counts).toEqual({ ...noReplay, stored: 5, still: 1 });
    expect(await outcomes(store)).toEqual({ received: 6, stored: 5, quarantined: 1, excluded: 0 });
    expect(await checkLedger(store, 'sleep')).toMatchObject({ balanced: true });
    const left = await store.db.selectFrom('quarantine').select(['reason', 'field', 'unit']).execute();
    expect(left).toEqual([{ reason: 'no-time', field: 'time', unit: 3 }]);
    const days = (await ledgerRows(store, 'sleep')).map(({ day, stored, quarantined }) => [day, stored, quarantined]);
    expect(days.sort()).toEqual([
      [null, 0, 1],
      ['2026-01-31', 2, 0],
      ['2026-02-01', 1, 0],
      ['2026-02-02', 1, 0],
      ['2026-02-03', 1, 0],
    ]);
    const again = await replayQuarantine(context(store), { source, reason: null });
    expect(again).toEqual({ ...noReplay, still: 1 });
    const other = await storeHome(database);
    copyKeyFile(home, other);
    const straight = await begun(other, folderOfPosts(), right);
    await ingest(straight.store, straight.source);
    expect(await contentHash(store, 'sleep')).toBe(await contentHash(straight.store, 'sleep'));
  });

  test('goes through the consent of today, and only for the reason that was asked for', async () => {
    const { store, source } = await begun(await storeHome(database), folderOfPosts(), {});
    await ingest(store, source);
    await addParticipant(store, 'sleep', 'anna', Consent.parse({ from: '2026-02-01T00:00:00Z' }));
    await changeSourceSettings(store, 'sleep', source, { mapping: right });
    expect(await replayQuarantine(context(store), { source, reason: 'no-text' })).toEqual(noReplay);
    expect(await replayQuarantine(context(store), { source, reason: 'no-id' })).toEqual({ ...noReplay, stored: 3, excluded: 2, still: 1 });
    expect(await outcomes(store)).toEqual({ received: 6, stored: 3, quarantined: 1, excluded: 2 });
    const reasons = await store.db.selectFrom('outcome_reason').select(['outcome', 'reason', 'units']).orderBy('outcome').execute();
    expect(reasons).toEqual([
      { outcome: 'excluded', reason: 'before-consent', units: 2 },
      { outcome: 'quarantined', reason: 'no-time', units: 1 },
    ]);
    expect((await checkLedger(store, 'sleep')).balanced).toBe(true);
  });

  test('that was interrupted goes on where it was', async () => {
    const { store, source } = await begun(await storeHome(database), folderOfPosts(), {});
    await ingest(store, source);
    await changeSourceSettings(store, 'sleep', source, { mapping: right });
    let slices = 0;
    const interrupted = context(store, () => {
      if (slices++ === 1) throw new Error('killed');
    });
    await expect(replayQuarantine(interrupted, { source, reason: null })).rejects.toThrow('killed');
    const half = await outcomes(store);
    expect(half.stored).toBeGreaterThan(0);
    expect(half.quarantined).toBeGreaterThan(1);
    await replayQuarantine(context(store), { source, reason: null });
    expect(await outcomes(store)).toEqual({ received: 6, stored: 5, quarantined: 1, excluded: 0 });
    expect((await checkLedger(store, 'sleep')).balanced).toBe(true);
  });
});

test('a unit of which only the beginning is kept, and one that is nothing by itself, stay and are told', async () => {
  const folder = folderOfPosts();
  writeFileSync(join(folder, 'c.jsonl'), `{"nr":7,"says":"${'x'.repeat(5 * 1024 * 1024)}"}\n`);
  writeFileSync(join(folder, 'd.jsonl'), '');
  const { store, source } = await begun(await storeHome('sqlite'), folder, right);
  await ingest(store, source);
  expect(await replayQuarantine(context(store), { source, reason: null })).toEqual({ ...noReplay, still: 1, cut: 1, bare: 1 });
  expect(await outcomes(store)).toMatchObject({ quarantined: 3 });
});

/** Kinds whose rows hold several units, or whose parts know of files beside them. */
const needingMore = ['m-path', 'discord'];

describe.each(cases)('a quarantined unit of $name', ({ name, kind, fixtures }) => {
  test('reads alike by itself, in its frame and its part', async () => {
    const context = contextOf();
    let replayed = 0;
    for (const arrival of await kind.arrivals(fixtures)) {
      for (const read of await kind.parts(arrival)) {
        const items: Parsed[] = [];
        for await (const group of readPart(kind, read, context, { groupUnits: 1_000 })) items.push(...group.items);
        // As it is kept: once its units are known.
        const facts = packPart(read, context.arrivedMs);
        for (const item of items) {
          if (item.is !== 'quarantined' || !item.frame || item.raw.length === 0 || !facts) continue;
          const { before, after, units = 0, among = 1, at = 0 } = item.frame;
          const part = partOf(facts).part(Buffer.concat([before, item.raw, after]));
          const alone: Parsed[] = [];
          for await (const group of readPart(kind, part, context, { groupUnits: 1_000 })) alone.push(...group.items);
          expect(alone).toHaveLength(units + among);
          replayed++;
          expect(alone[units + at]).toMatchObject({ is: 'quarantined', reason: item.reason, day: item.day });
        }
      }
    }
    expect(replayed > 0 || !needingMore.includes(name)).toBe(true);
  });
});
