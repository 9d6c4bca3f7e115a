import { parentPort, workerData } from 'node:worker_threads';
import { openStore } from '../../src/store/open.ts';
import { openWriter, post } from './study-data.ts';
import type { WriterNews, WriterTask } from './writer.ts';

const { address, source, arrival, commits } = workerData as WriterTask;
const tell = (news: WriterNews) => parentPort?.postMessage(news);

const store = await openStore(address);
const { writer } = await openWriter(store, source, arrival);
let committed = 0;
let error: string | null = null;
while (committed < commits && error === null) {
  const items = [post(`${arrival} ${committed}`, 'written meanwhile')];
  try {
    await writer.commit({ part: 0, firstUnit: committed, counted: 1, items });
    if (committed++ === 0) tell({ is: 'begun' });
  } catch (thrown) {
    error = String((thrown as { code?: unknown }).code);
  }
}
await store.close();
tell({ is: 'ended', committed, error });
