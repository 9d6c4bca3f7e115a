import { appendFileSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { findArrivals } from '../../activities/threads/find-arrivals.ts';
import { storeHome } from '../../test/support/store-home.ts';
import { checkLedger } from '../store/ledger-check.ts';
import { ledgerOf, pushedTo, readWaiting, study } from './testing/pushed-study.ts';

const line = (id: number) => `${JSON.stringify({ id: String(id), time: '2026-01-05T10:00:00Z', text: `post ${id}` })}\n`;

test('a folder that goes on filling, with files that go on growing, gives each unit once', async () => {
  const home = await storeHome('sqlite');
  const store = await home.open();
  const folder = join(home.folder, 'exports');
  mkdirSync(folder);
  const { source } = await pushedTo(store, 'posts', 'P001', { path: folder });
  await readWaiting(store, source);
  expect(await ledgerOf(store, source)).toMatchObject({ received: 0 });
  writeFileSync(join(folder, 'monday.jsonl'), line(1) + line(2));
  await readWaiting(store, source);
  // Half a line is on its way: it is said, and whole at the next look.
  appendFileSync(join(folder, 'monday.jsonl'), line(3) + line(4).slice(0, 20));
  mkdirSync(join(folder, 'later'));
  writeFileSync(join(folder, 'later', 'tuesday.jsonl'), line(5));
  await readWaiting(store, source);
  appendFileSync(join(folder, 'monday.jsonl'), line(4).slice(20));
  await readWaiting(store, source);
  expect(await ledgerOf(store, source)).toMatchObject({ received: 2 + 4 + 1 + 4, stored: 5, duplicate: 5, quarantined: 1 });
  const context = { store, models: '', progress: () => {}, checkCancelled: () => {} };
  expect(await findArrivals(context, { source, since: '' })).toEqual({ batches: [], more: false });
  expect((await checkLedger(store, study)).balanced).toBe(true);
});
