import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { runJson, startCli, temporaryFolder } from '../cli/testing/run-cli.ts';
import { takeLock } from './home-lock.ts';
import { liveParts, readParts } from './parts-file.ts';
import { endProcess, isRunning } from './process-identity.ts';
import { answersAt, prepareNamespace } from './temporal-ready.ts';

/** A home with a study of one participant and some posts. */
async function studyWithPosts(): Promise<string> {
  const folder = temporaryFolder();
  const home = join(folder, 'home');
  const posts = Array.from({ length: 5 }, (_, i) =>
    JSON.stringify({ id: `p${i}`, time: '2026-01-01T08:00:00Z', text: `Post number ${i}.` }),
  );
  const path = join(folder, 'posts.jsonl');
  writeFileSync(path, `${posts.join('\n')}\n`);
  await runJson(home, ['study', 'create', 'tides']);
  await runJson(home, ['participant', 'add', 'tides', 'P1']);
  await runJson(home, ['source', 'add', 'tides', '--participant', 'P1', '--kind', 'posts', '--path', path]);
  return home;
}

// Servers start and end in each of these.
describe('parts of a home', { timeout: 300_000 }, () => {
  it('are started for a verb and ended after it; a second time nothing is stored twice', async () => {
    const home = await studyWithPosts();
    const first = await runJson(home, ['ingest', 'tides']);
    expect(first).toMatchObject({ code: 0, document: { received: 5, stored: 5, failed: [] } });
    expect(readParts(home)).toBeNull();
    const again = await runJson(home, ['ingest', 'tides']);
    expect(again).toMatchObject({ code: 0, document: { stored: 0, scores: 0 } });
    const { document } = await runJson(home, ['runs', 'tides']);
    const { runs } = document as { runs: { run: string }[] };
    expect(await runJson(home, ['rerun', runs[0]?.run ?? '', '--verify'])).toMatchObject({ code: 0, document: { drifted: 0, missing: 0 } });
  });

  it('are shared while up runs, ended by Ctrl-C, and those of a killed owner are no hindrance', async () => {
    const home = await studyWithPosts();
    const up = startCli(['up', '--home', home]);
    await up.printed(/Up\. Ctrl-C/);
    const parts = liveParts(home);
    if (!parts?.server || parts.console === null) throw new Error('up wrote no parts');
    expect(await answersAt(parts.temporal)).toBe(true);
    expect((await fetch(`${parts.console}/v1/health`)).status).toBe(200);
    expect(await runJson(home, ['ingest', 'tides'])).toMatchObject({ code: 0, document: { stored: 5 } });
    expect(await runJson(home, ['ingest', 'tides', '--detach'])).toMatchObject({ code: 0, document: { detached: true } });
    const second = await startCli(['up', '--home', home]).ended;
    expect([second.code, second.stderr]).toEqual([3, expect.stringContaining(parts.console)]);

    up.child.kill('SIGKILL');
    await up.ended;
    expect(isRunning(parts.server)).toBe(true);
    const next = startCli(['up', '--home', home]);
    await next.printed(/Up\. Ctrl-C/);
    expect(isRunning(parts.server)).toBe(false);
    const server = liveParts(home)?.server;
    next.child.kill('SIGINT');
    expect((await next.ended).code).toBe(0);
    expect(readParts(home)).toBeNull();
    expect(server && isRunning(server)).toBe(false);
  });

  it('end in order when a verb is interrupted, which the same verb makes good', async () => {
    const home = await studyWithPosts();
    const ingest = startCli(['ingest', 'tides', '--home', home]);
    await ingest.printed(/Ingesting/);
    ingest.child.kill('SIGINT');
    const { code, stderr } = await ingest.ended;
    // It may have been done before the signal reached it.
    expect([0, 130]).toContain(code);
    expect(stderr).not.toMatch(/at .*\.(js|ts):\d+/);
    expect(readParts(home)).toBeNull();
    expect(await runJson(home, ['ledger', 'tides', '--check'])).toMatchObject({ document: { balanced: true } });
    await runJson(home, ['ingest', 'tides']);
    expect(await runJson(home, ['status', 'tides'])).toMatchObject({ document: { totals: { received: 5, stored: 5 } } });
  });

  it('come back when one of them is killed', async () => {
    const home = await studyWithPosts();
    const up = startCli(['up', '--home', home]);
    await up.printed(/Up\. Ctrl-C/);
    const parts = liveParts(home);
    if (!parts?.server) throw new Error('up wrote no parts');
    await endProcess(parts.server, 0);
    await up.printed(/The Temporal server ended/);
    expect(await runJson(home, ['ingest', 'tides'])).toMatchObject({ code: 0, document: { stored: 5 } });
    up.child.kill('SIGTERM');
    expect((await up.ended).code).toBe(0);
  });

  it('set the namespace’s retention and search attributes once', async () => {
    const home = await studyWithPosts();
    const up = startCli(['up', '--home', home]);
    await up.printed(/Up\. Ctrl-C/);
    const address = liveParts(home)?.temporal ?? '';
    await prepareNamespace(address, 'default', true);
    const { Connection } = await import('@temporalio/client');
    const connection = await Connection.connect({ address });
    const { config } = await connection.workflowService.describeNamespace({ namespace: 'default' });
    const { customAttributes } = await connection.operatorService.listSearchAttributes({ namespace: 'default' });
    await connection.close();
    expect(Number(config?.workflowExecutionRetentionTtl?.seconds)).toBe(30 * 24 * 3600);
    expect(customAttributes).toMatchObject({ AfferentStudy: 2, AfferentKind: 2 });
    up.child.kill('SIGINT');
    await up.ended;
  });
});

describe('the locks of a home', () => {
  it('owner: one at a time', () => {
    const home = temporaryFolder();
    const first = takeLock(home, 'owner', 'exclusive');
    expect(first).not.toBeNull();
    expect(takeLock(home, 'owner', 'exclusive')).toBeNull();
    first?.release();
    takeLock(home, 'owner', 'exclusive')?.release();
  });

  it('clients: many at once, and none while they are being ended', () => {
    const home = temporaryFolder();
    const clients = [takeLock(home, 'clients', 'shared'), takeLock(home, 'clients', 'shared')];
    expect(clients.every((lock) => lock !== null)).toBe(true);
    expect(takeLock(home, 'clients', 'exclusive')).toBeNull();
    for (const lock of clients) lock?.release();
    const last = takeLock(home, 'clients', 'exclusive');
    expect(last).not.toBeNull();
    expect(takeLock(home, 'clients', 'shared')).toBeNull();
    last?.release();
  });
});
