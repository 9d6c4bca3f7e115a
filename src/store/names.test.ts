import { describe, expect, test } from 'vitest';
import { databaseNames, filesHolding, storeHome } from '../../test/support/store-home.ts';
import { addPerson, openWriter } from '../../test/support/study-data.ts';
import { addNames, listedNames } from './names.ts';
import { createStudy } from './studies.ts';
import { withdraw } from './withdraw.ts';

describe.each(databaseNames)('names that an export lists, on %s', (database) => {
  test('are kept once, sealed, for one participant, as of a moment; and go with a withdrawal', async () => {
    const home = await storeHome(database);
    const store = await home.open();
    await createStudy(store, 'sleep', null);
    const [anna, bert] = [await addPerson(store, 'sleep', 'anna'), await addPerson(store, 'sleep', 'bert')];
    const { owner } = await openWriter(store, anna.source, 'first');
    await addNames(store, owner, ['Zelda Canary', ' Zelda Canary ', 'Ola']);
    const [first] = await store.db.selectFrom('listed_name').select('added_at').execute();
    await store.db.updateTable('listed_name').set({ added_at: '2026-01-01T00:00:00.000Z' }).execute();
    await addNames(store, owner, ['Ola', 'Pia']);
    expect((await listedNames(store, anna.participant, null)).sort()).toEqual(['Ola', 'Pia', 'Zelda Canary']);
    expect((await listedNames(store, anna.participant, '2026-01-02')).sort()).toEqual(['Ola', 'Zelda Canary']);
    expect(await listedNames(store, bert.participant, null)).toEqual([]);
    expect(first?.added_at).toMatch(/^20/);
    expect(filesHolding(home.folder, ['Canary'])).toEqual([]);
    await withdraw(store, 'sleep', 'anna');
    expect(await listedNames(store, anna.participant, null)).toEqual([]);
    expect(await store.db.selectFrom('listed_name').selectAll().execute()).toEqual([]);
  });
});
