import { describe, expect, test } from 'vitest';
import { databaseNames, storeHome } from '../../test/support/store-home.ts';
import { addPerson, openWriter } from '../../test/support/study-data.ts';
import { clearDrift, driftRows, noteDrift } from './drift.ts';
import { changeSourceSettings } from './source-settings.ts';
import { createStudy } from './studies.ts';

describe.each(databaseNames)('drift on %s', (database) => {
  test('is counted by arrival, cleared by a newer parser that knows it, and open again when it is back', async () => {
    const store = await (await storeHome(database)).open();
    await createStudy(store, 'sleep', null);
    const { source } = await addPerson(store, 'sleep', 'anna');
    const { owner: first } = await openWriter(store, source, 'first');
    const { owner: second } = await openWriter(store, source, 'second');
    const changes = [{ kind: 'unknown-field', name: 'nickname' } as const];
    for (const owner of [first, first, second]) await noteDrift(store, owner, 1, changes);
    const [row] = await driftRows(store, 'sleep', false);
    expect(row).toMatchObject({ source, kind: 'unknown-field', arrivals: 2, clearedAt: null });
    expect(row?.name).toMatch(/^[0-9a-f]{16}$/);
    expect((await driftRows(store, 'sleep', true))[0]?.name).toBe('nickname');
    await clearDrift(store, source, 1);
    expect((await driftRows(store, 'sleep', false))[0]?.clearedAt).toBeNull();
    await clearDrift(store, source, 2);
    expect((await driftRows(store, 'sleep', false))[0]?.clearedAt).not.toBeNull();
    await noteDrift(store, second, 2, changes);
    expect((await driftRows(store, 'sleep', false))[0]).toMatchObject({ arrivals: 2, clearedAt: null });
    await changeSourceSettings(store, 'sleep', source, { mapping: { id: 'nr' } });
    expect((await driftRows(store, 'sleep', false))[0]?.clearedAt).not.toBeNull();
  });
});
