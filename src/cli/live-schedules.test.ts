import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { studyHome } from '../../test/support/study-home.ts';
import { writeParts } from '../parts/parts-file.ts';
import { identityOf, type ProcessIdentity } from '../parts/process-identity.ts';
import { addParticipant } from '../store/participants.ts';
import { listSources } from '../store/sources.ts';
import { createStudy } from '../store/studies.ts';
import { scheduleInfo } from '../temporal/schedules.ts';
import { runJson } from './testing/run-cli.ts';

test('a source that is added while the parts are up gets its schedule at once, and loses it at once', async () => {
  const { home, store, client, temporal, close } = await studyHome();
  onTestFinished(close);
  await createStudy(store, 'tides', null);
  await addParticipant(store, 'tides', 'anna', null);
  const owner = { ...(identityOf(process.pid) as ProcessIdentity), verb: 'up' };
  writeParts(home, { owner, temporal: temporal.address, server: null, ui: null, console: null, ready: true });
  const add = ['source', 'add', 'tides', '--kind', 'posts', '--path', join(home, 'logs'), '--participant', 'anna'];
  const schedules = async () => [...(await scheduleInfo(client, await listSources(store, 'tides'))).values()];
  expect((await runJson(home, [...add, '--every', '15m'])).code).toBe(0);
  expect(await schedules()).toMatchObject([{ everySeconds: 900 }]);
  const [before] = await listSources(store, 'tides');
  expect((await runJson(home, add)).code).toBe(0);
  expect(await scheduleInfo(client, before ? [before] : [])).toEqual(new Map());
}, 120_000);
