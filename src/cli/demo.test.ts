import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import type { Outcomes } from '../../schema/ledger.ts';
import { runJson, temporaryFolder } from './testing/run-cli.ts';

interface Demo {
  stored: Outcomes & { scores: number };
  status: { contentHash: string; totals: Outcomes; alerts: { open: number }; sources: { kind: string }[] };
  ledger: { balanced: boolean; recountedFromFile: number };
  identical: boolean;
}

it('runs a whole study and verifies it; again on the same home it stores nothing', { timeout: 300_000 }, async () => {
  const home = join(temporaryFolder(), 'home');
  const first = await runJson(home, ['demo', '--once']);
  const { stored, status, ledger, identical } = first.document as Demo;
  expect(first.code).toBe(0);
  expect(ledger).toMatchObject({ balanced: true, recountedFromFile: 6 });
  expect(identical).toBe(true);
  expect(new Set(status.sources.map(({ kind }) => kind))).toEqual(new Set(['posts', 'x-archive', 'apple-health', 'empatica-e4']));
  for (const name of ['received', 'stored', 'duplicate', 'quarantined', 'excluded'] as const)
    expect(status.totals[name], name).toBeGreaterThan(0);
  expect(stored.scores).toBeGreaterThan(0);
  expect(status.alerts.open).toBe(1);

  const second = await runJson(home, ['demo', '--once']);
  const again = second.document as Demo;
  expect(second.code).toBe(0);
  expect(again.stored).toMatchObject({ stored: 0, scores: 0 });
  expect(again.status.contentHash).toBe(status.contentHash);

  // Who withdraws leaves nothing in the home, not even the files that the demo itself wrote there.
  expect((await runJson(home, ['withdraw', 'demo', 'D02'])).code).toBe(0);
  expect(existsSync(join(home, 'demo', 'D02'))).toBe(false);
  expect((await runJson(home, ['demo', '--once'])).code).toBe(0);
});
