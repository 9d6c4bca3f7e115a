import { describe, expect, test } from 'vitest';
import { contentHash } from '../../src/store/content-hash.ts';
import { ingest } from '../../test/support/study-data.ts';
import { recordingStudy, seconds, windowEnds } from './testing/recording-study.ts';

describe('a recording that grows', () => {
  test('keeps its windows, gets those that came, and verifies to the bit, before and after', async () => {
    const { store, source, models, score, verify } = await recordingStudy('sqlite');
    await ingest(store, source, 'first', seconds(0, 95));
    const first = await score();
    expect(await windowEnds(store, models)).toEqual([60, 70, 80, 90]);
    const before = await store.db.selectFrom('score').select(['id', 'value']).orderBy('id').execute();
    await ingest(store, source, 'second', seconds(95, 130));
    const second = await score();
    expect(await windowEnds(store, models)).toEqual([60, 70, 80, 90, 100, 110, 120, 130]);
    const ids = before.map((row) => row.id);
    expect(await store.db.selectFrom('score').select(['id', 'value']).where('id', 'in', ids).orderBy('id').execute()).toEqual(before);
    for (const run of [first, second]) expect(await verify(run.id)).toMatchObject({ inputs: 1, drifted: 0, missing: 0, superseded: 0 });
    expect((await verify(second.id)).identical).toBe(16);
  });

  test('loses the windows that later samples changed, and says so of the run that made them', async () => {
    const { store, source, score, verify, home } = await recordingStudy('sqlite');
    await ingest(store, source, 'first', seconds(0, 95, ['BVP', 'ACC', 'EDA']));
    const first = await score();
    const stale = await store.db.selectFrom('score').select('id').execute();
    await ingest(store, source, 'second', seconds(0, 95, ['TEMP']));
    const second = await score();
    const now = await store.db.selectFrom('score').select('id').execute();
    expect(now).toHaveLength(stale.length);
    expect(now.filter(({ id }) => stale.some((old) => old.id === id))).toEqual([]);
    expect(await store.db.selectFrom('decision').select('score').execute()).toHaveLength(now.length);
    expect(await verify(first.id)).toMatchObject({ scores: 0, drifted: 0, missing: 0, superseded: stale.length });
    expect(await verify(second.id)).toMatchObject({ identical: now.length, missing: 0, superseded: 0 });
    // As if all had come at once.
    const other = await recordingStudy('sqlite', home);
    await ingest(other.store, other.source, 'all', seconds(0, 95));
    await other.score();
    expect(await contentHash(other.store, 'sleep')).toBe(await contentHash(store, 'sleep'));
  });
});
