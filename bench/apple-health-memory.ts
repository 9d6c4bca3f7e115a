/**
 * A large Apple Health export through reading, sealing and the ledger in one process: wall time, rows a second and peak memory.
 *
 *   node bench/apple-health-memory.ts [--gigabytes 3]
 */
import './help.ts';
import { spawnSync } from 'node:child_process';
import { createWriteStream, mkdtempSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { parseArgs } from 'node:util';
import { findArrivals } from '../activities/threads/find-arrivals.ts';
import { ingestBatch } from '../activities/threads/ingest-batch.ts';
import { threadHeapMb } from '../activities/threads/pool.ts';
import { generateExport } from '../src/sources/apple-health/generate.ts';
import { openStore } from '../src/store/open.ts';
import { addParticipant } from '../src/store/participants.ts';
import { addSource } from '../src/store/sources.ts';
import { createStudy } from '../src/store/studies.ts';

const { values } = parseArgs({ options: { gigabytes: { type: 'string', default: '3' }, read: { type: 'string' } } });

// Reading runs in a process of its own, with the memory that a thread of the worker has; the generator's does not count.
if (values.read === undefined) {
  const folder = mkdtempSync(join(tmpdir(), 'afferent-bench-'));
  try {
    const file = join(folder, 'export.xml');
    await pipeline(Readable.from(generateExport(Math.round(Number(values.gigabytes) * 3_000_000))), createWriteStream(file));
    console.log(`${(statSync(file).size / 1e9).toFixed(2)} GB of XML`);
    const { status } = spawnSync(
      process.execPath,
      [...process.execArgv, `--max-old-space-size=${threadHeapMb}`, '--max-semi-space-size=16', import.meta.filename, '--read', folder],
      { stdio: 'inherit' },
    );
    process.exitCode = status ?? 1;
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
} else {
  const folder = values.read;
  const store = await openStore({
    store: `sqlite:${join(folder, 'store.db')}`,
    keyStore: `sqlite:${join(folder, 'keys.db')}`,
    keyFile: join(folder, 'key'),
  });
  await createStudy(store, 'bench', null);
  const { id } = await addParticipant(store, 'bench', 'P1', null);
  const settings = { path: join(folder, 'export.xml'), mapping: {}, zone: null, account: null };
  const source = (await addSource(store, 'bench', id, 'apple-health', settings, null)).id;
  const context = { store, models: '', progress: () => {}, checkCancelled: () => {} };
  const from = performance.now();
  const { batches } = await findArrivals(context, { source, since: '' });
  for (const batch of batches) await ingestBatch(context, { batch });
  const seconds = (performance.now() - from) / 1000;
  const totals = await store.db.selectFrom('batch').select(['received', 'stored', 'quarantined', 'state']).executeTakeFirstOrThrow();
  const megabytes = process.resourceUsage().maxRSS / 1024;
  console.log(`${totals.state}: ${totals.received} elements, ${totals.stored} stored, ${totals.quarantined} quarantined`);
  console.log(`${seconds.toFixed(0)} s, ${Math.round(totals.received / seconds)} elements/s, peak memory ${megabytes.toFixed(0)} MB`);
  await store.close();
}
