/**
 * Times the completeness of a study of many participants, days and arrivals, and the picture of it. Needs no model.
 *
 *   node bench/completeness.ts
 */
import './help.ts';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { performance } from 'node:perf_hooks';
import { completenessSvg } from '../src/console/completeness-svg.ts';
import { studyCompleteness } from '../src/store/completeness.ts';
import { openStore } from '../src/store/open.ts';
import { addParticipant } from '../src/store/participants.ts';
import { addSource } from '../src/store/sources.ts';
import { createStudy } from '../src/store/studies.ts';

const [participants, days, arrivals] = [100, 365, 12];
const firstMs = Date.parse('2025-01-01T00:00:00Z');
const folder = mkdtempSync(join(tmpdir(), 'afferent-completeness-'));
const store = await openStore({
  store: `sqlite:${join(folder, 'store.db')}`,
  keyStore: `sqlite:${join(folder, 'keys.db')}`,
  keyFile: join(folder, 'key'),
});
await createStudy(store, 'bench', null);
for (let person = 0; person < participants; person++) {
  const { id } = await addParticipant(store, 'bench', `person ${person}`, null);
  const settings = { path: `/data/${person}`, mapping: {}, zone: null, account: null, expected: 288 };
  const { id: source } = await addSource(store, 'bench', id, 'fitbit', settings, null);
  await store.db.transaction().execute(async (tx) => {
    for (let arrival = 0; arrival < arrivals; arrival++) {
      const batch = `b_${person}_${arrival}`;
      const first = Math.floor((arrival * days) / arrivals);
      // Exports overlap: each begins a month before the last one ended.
      const own = Array.from({ length: Math.floor(days / arrivals) + 30 }, (_, i) => first + i).filter(
        (i) => i < days && (i * 7 + person) % 11,
      );
      const sum = own.length * 288;
      const outcomes = { received: sum, stored: sum, duplicate: 0, quarantined: 0, excluded: 0, erased: 0 };
      const place = { study: 'bench', source, arrival: null, arrival_key: batch, content_key: batch, state: 'done', error: null } as const;
      const rest = { cursor_part: 0, cursor_unit: 0, parts: 1, bytes: 1, arrived_at: '2026-01-01T00:00:00.000Z', closed_at: null };
      await tx
        .insertInto('batch')
        .values({ id: batch, ...place, ...outcomes, ...rest })
        .execute();
      for (const i of own) {
        const day = new Date(firstMs + i * 86_400_000).toISOString().slice(0, 10);
        await tx
          .insertInto('ledger')
          .values({ batch, day, ...outcomes, received: 288, stored: 288 })
          .execute();
      }
    }
  });
}
for (let round = 0; round < 3; round++) {
  const before = process.cpuUsage();
  const start = performance.now();
  const result = await studyCompleteness(store, 'bench', {});
  const asked = performance.now();
  const svg = completenessSvg(result);
  const drawn = performance.now();
  const { user, system } = process.cpuUsage(before);
  const cells = result.sources.reduce((sum, source) => sum + source.days.length, 0);
  process.stdout.write(
    `${cells} days: ${Math.round(asked - start)} ms; picture of ${Math.round(svg.length / 1024)} KiB: ${Math.round(drawn - asked)} ms; of the processor ${Math.round((user + system) / 1000)} ms\n`,
  );
}
await store.close();
rmSync(folder, { recursive: true });
