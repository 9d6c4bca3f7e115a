import { join } from 'node:path';
import { expect, test } from 'vitest';
import { copyKeyFile, databaseNames, openForTest, storeHome } from '../../test/support/store-home.ts';
import { addPerson } from '../../test/support/study-data.ts';
import { backup } from './backup.ts';
import { connect } from './database.ts';
import { addDevice, deviceOf } from './devices.ts';
import { restore } from './restore.ts';
import { createStudy } from './studies.ts';
import type { Tables } from './tables.ts';
import { writtenAtStep } from './testing/older-backup.ts';

const refuse = () => () => null;

test.each(databaseNames)('cut off between the rows and its end a restore makes no token good, on %s', async (database) => {
  const home = await storeHome(database);
  const store = await home.open();
  await createStudy(store, 'sleep', null);
  const { source } = await addPerson(store, 'sleep', 'anna');
  const { token } = await addDevice(store, 'sleep', source);
  const target = join(home.folder, 'backup');
  await backup(store, null, target);
  writtenAtStep(target, '20261129T2300_content_stated_again');
  const fresh = await storeHome(database);
  copyKeyFile(home, fresh);
  const address = { ...fresh.address, keyStore: home.address.keyStore };
  // In the way of a step that comes behind the rows.
  const { db } = connect<Tables>(address.store);
  await db.schema.createTable('alert_score_score').addColumn('x', 'integer').execute();
  await expect(restore(target, address, join(fresh.folder, 'models'), { refuse })).rejects.toThrow();
  await db.schema.dropTable('alert_score_score').execute();
  await db.destroy();
  const again = await openForTest(address);
  expect(await again.db.selectFrom('device').select('id').execute()).toHaveLength(1);
  await expect(deviceOf(again, token)).rejects.toMatchObject({ code: 'device-refused' });
});
