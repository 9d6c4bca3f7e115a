import { describe, expect, test } from 'vitest';
import { databaseNames, storeHome } from '../../test/support/store-home.ts';
import { addPerson } from '../../test/support/study-data.ts';
import { closeBatch, openBatch } from './batches.ts';
import { requireSource } from './sources.ts';
import { createStudy } from './studies.ts';

const never = '2000-01-01T00:00:00.000Z';
const later = '2999-01-01T00:00:00.000Z';

describe.each(databaseNames)('the batch of an arrival on %s', (database) => {
  async function arriving() {
    const store = await (await storeHome(database)).open();
    await createStudy(store, 'sleep', null);
    const source = await requireSource(store, (await addPerson(store, 'sleep', 'anna')).source);
    return { store, again: (since: string | null) => openBatch(store, source, { path: '/data/one', form: 'file' }, 'bytes', 5, 1, since) };
  }

  test('that failed is tried again, but not within the chain of runs in which it failed', async () => {
    const { store, again } = await arriving();
    const { id } = await again(never);
    await closeBatch(store, id, 'failed', 'file-gone');
    expect(await again(never)).toMatchObject({ id, state: 'failed', error: 'file-gone' });
    expect(await again(later)).toMatchObject({ id, state: 'open', error: null, closed_at: null });
    await closeBatch(store, id, 'failed', 'file-gone');
    expect(await again(null)).toMatchObject({ id, state: 'open' });
  });

  test('that was cancelled goes on, and one that was read to its end stays as it is', async () => {
    const { store, again } = await arriving();
    const { id } = await again(never);
    await closeBatch(store, id, 'cancelled', 'interrupted');
    expect(await again(never)).toMatchObject({ id, state: 'open' });
    await closeBatch(store, id, 'done', null);
    expect(await again(later)).toMatchObject({ id, state: 'done' });
  });
});
