import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import type { Judged, Parsed } from '../../schema/source.ts';
import { recordingStart } from '../../src/encoder/testing/recording.ts';
import { eraseUncovered } from '../../src/store/erase-uncovered.ts';
import { checkLedger } from '../../src/store/ledger-check.ts';
import type { Store } from '../../src/store/open.ts';
import { databaseNames } from '../../test/support/store-home.ts';
import { ingest } from '../../test/support/study-data.ts';
import { recordingStudy, seconds, windowEnds } from './testing/recording-study.ts';
import { verifyIn } from './testing/step-study.ts';

/** What came late of a recording, and is no longer covered by consent. */
const late = (item: Judged) =>
  item.is === 'block' && item.block.sessionMs === recordingStart && (item.block.signal === 'temp' || item.block.offset > 0)
    ? ('after-consent' as const)
    : null;

/** The same as of a recording that began so many seconds later. */
const later = (items: Parsed[], by: number): Parsed[] =>
  items.map((item) => (item.is === 'block' ? { ...item, block: { ...item.block, sessionMs: item.block.sessionMs + by * 1000 } } : item));

const scored = async (store: Store) => (await store.db.selectFrom('score').select('id').orderBy('id').execute()).map(({ id }) => id);

describe.each(databaseNames)('a recording of which consent covers only what came first, on %s', (database) => {
  test.each([
    ['a late signal that changed all windows', seconds(0, 95, ['TEMP']), 8],
    ['what made it longer', seconds(95, 130, ['BVP', 'ACC', 'EDA']), 16],
  ])('is scored again by the next run without %s', async (_, came, after) => {
    const { home, store, source, participant, models, score, freeze, verify } = await recordingStudy(database);
    await ingest(store, source, 'first', seconds(0, 95, ['BVP', 'ACC', 'EDA']));
    const first = await score();
    const before = await scored(store);
    expect(before).toHaveLength(8);
    await ingest(store, source, 'second', came);
    const second = await score();
    expect(await scored(store)).toHaveLength(after);
    for (const run of [first, second]) await verifyIn(store, join(home.folder, 'models'), run.id, 'before');
    expect(await eraseUncovered(store, participant, late)).toMatchObject({ scores: after });
    expect(await scored(store)).toEqual([]);
    // Verifications are runs too.
    for (const { id } of await store.db.selectFrom('run').select('id').execute()) {
      expect(await verify(id)).toMatchObject({ scores: 0, missing: 0, superseded: 0, erased: 1 });
    }
    const third = await score();
    expect(third.inputs).toBe(1);
    expect(await scored(store)).toEqual(before);
    expect(await windowEnds(store, models)).toEqual([60, 70, 80, 90]);
    expect(await verify(third.id)).toMatchObject({ inputs: 1, identical: 8, missing: 0, superseded: 0, erased: 0 });
    expect(await freeze()).toBeNull();
    expect((await checkLedger(store, 'sleep')).findings).toEqual([]);
  });

  test('takes the scores of another one along that was recorded at the same time, and both are scored again', async () => {
    const { store, source, participant, score, freeze, verify } = await recordingStudy(database);
    await ingest(store, source, 'first', [...seconds(0, 95, ['BVP', 'ACC', 'EDA']), ...later(seconds(0, 95), 70)]);
    await score();
    const before = await scored(store);
    await ingest(store, source, 'second', seconds(0, 95, ['TEMP']));
    await score();
    await eraseUncovered(store, participant, late);
    const again = await score();
    expect(again.inputs).toBe(2);
    expect(await scored(store)).toEqual(before);
    expect(await verify(again.id)).toMatchObject({ identical: 16, missing: 0, superseded: 0, erased: 0 });
    expect(await freeze()).toBeNull();
  });

  test('leaves one alone that was recorded at another time', async () => {
    const { store, source, participant, score, verify } = await recordingStudy(database);
    await ingest(store, source, 'first', [...seconds(0, 95), ...later(seconds(0, 95), 1000)]);
    const first = await score();
    await ingest(store, source, 'second', seconds(95, 130));
    await score();
    await eraseUncovered(store, participant, (item) => (item.is === 'block' && item.block.offset > 0 ? 'after-consent' : null));
    expect(await scored(store)).toHaveLength(8);
    expect(await verify(first.id)).toMatchObject({ identical: 8, missing: 0, superseded: 0, erased: 1 });
    expect((await score()).inputs).toBe(1);
  });
});
