/**
 * Devices push over loopback while the server is killed in the middle and started again: what was acknowledged, lost, stored twice, and how long it took.
 *
 *   node bench/push.ts [--devices 200] [--seconds 60]
 */
import './help.ts';
import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { checkLedger } from '../src/store/ledger-check.ts';
import { openStore, type Store, type StoreAddress } from '../src/store/open.ts';
import { pushedTo, study } from '../src/streams/testing/pushed-study.ts';
import { SimulatedDevice } from './push-device.ts';

/**
 * Devices that push over loopback while the server is killed with SIGKILL in the middle and started again. What was acknowledged is
 * then looked for in the store.
 */
export interface PushBench {
  devices: number;
  seconds: number;
  /** Posts in a push. */
  records: number;
  /** Between two pushes of a device, ms. */
  pauseMs: number;
}

export interface PushFigures {
  acknowledged: number;
  acknowledgedRecords: number;
  lost: number;
  /** Records that are stored more than once. */
  repeated: number;
  balanced: boolean;
  replays: number;
  differentReceipts: number;
  sentAway: number;
  triedAgain: number;
  pushesPerSecond: number;
  p50Ms: number;
  p99Ms: number;
  /** From the kill until the server that was started again acknowledged a push. */
  backAfterMs: number;
  readAfterMs: number;
}

export async function pushBench(options: PushBench): Promise<PushFigures> {
  const folder = mkdtempSync(join(tmpdir(), 'afferent-push-'));
  const address = {
    store: `sqlite:${join(folder, 'store.db')}`,
    keyStore: `sqlite:${join(folder, 'keys.db')}`,
    keyFile: join(folder, 'key'),
  };
  const store = await openStore(address);
  const children: ChildProcess[] = [];
  try {
    const devices: SimulatedDevice[] = [];
    for (let i = 0; i < options.devices; i++) devices.push(new SimulatedDevice(await pushedTo(store, 'posts', `P${i}`), i, options));
    let server = await start(children, 'push-server.ts', { address, port: 0 });
    const reader = (await start(children, 'push-reader.ts', { address }, false)).child;
    const { port } = server;
    const began = performance.now();
    const end = began + options.seconds * 1000;
    let isBack = false;
    const isOver = () => isBack && performance.now() >= end;
    // However slow the machine is: each device is heard before the kill, and again after it.
    const heard = () => Promise.all(devices.map((device) => device.nextAnswer()));
    const before = heard();
    const pushing = Promise.all(devices.map((device) => device.run(`http://127.0.0.1:${port}`, isOver)));
    await Promise.all([before, setTimeout(options.seconds * 500)]);
    const killedAt = performance.now();
    server.child.kill('SIGKILL');
    await once(server.child, 'exit');
    const after = heard();
    server = await start(children, 'push-server.ts', { address, port });
    const againAt = performance.now();
    await after;
    isBack = true;
    await pushing;
    const stoppedAt = performance.now();
    reader.send('end');
    await once(reader, 'message');
    return await figuresOf(store, devices, {
      ...options,
      seconds: (stoppedAt - began) / 1000,
      killedAt,
      againAt,
      readAfterMs: performance.now() - stoppedAt,
    });
  } finally {
    for (const child of children) child.kill('SIGKILL');
    await store.close();
    rmSync(folder, { recursive: true, force: true });
  }
}

async function start(children: ChildProcess[], script: string, settings: { address: StoreAddress; port?: number }, waits = true) {
  const child = fork(join(import.meta.dirname, script), [], {
    env: { ...process.env, AFFERENT_BENCH: JSON.stringify(settings) },
    execArgv: ['--disable-warning=ExperimentalWarning'],
    stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
  });
  children.push(child);
  const port = waits ? Number((await once(child, 'message'))[0]) : 0;
  return { child, port };
}

async function figuresOf(
  store: Store,
  devices: readonly SimulatedDevice[],
  run: PushBench & { killedAt: number; againAt: number; readAfterMs: number },
): Promise<PushFigures> {
  const rows = await store.db.selectFrom('record').select(['source', 'record_key']).execute();
  const stored = new Set(rows.map((row) => `${row.source} ${row.record_key}`));
  const hash = store.secrets.study(study);
  let lost = 0;
  for (const { to, acknowledged } of devices)
    for (const id of acknowledged) if (!stored.has(`${to.source} ${hash('record', to.participant, 'posts', 'post', id)}`)) lost++;
  const sum = (of: (device: SimulatedDevice) => number) => devices.reduce((total, device) => total + of(device), 0);
  const latencies = devices.flatMap((device) => device.latencies).sort((a, b) => a - b);
  const quantile = (q: number) => Math.round((latencies[Math.min(latencies.length - 1, Math.floor(latencies.length * q))] ?? 0) * 10) / 10;
  const back = devices.flatMap((device) => device.answeredAt).filter((at) => at > run.againAt);
  return {
    acknowledged: sum((device) => device.pushes),
    acknowledgedRecords: sum((device) => device.acknowledged.length),
    lost,
    repeated: rows.length - stored.size,
    balanced: (await checkLedger(store, study)).findings.length === 0,
    replays: sum((device) => device.replays),
    differentReceipts: sum((device) => device.differentReceipts),
    sentAway: sum((device) => device.sentAway),
    triedAgain: sum((device) => device.triedAgain),
    pushesPerSecond: Math.round(sum((device) => device.pushes) / run.seconds),
    p50Ms: quantile(0.5),
    p99Ms: quantile(0.99),
    backAfterMs: Math.round(back.reduce((least, at) => Math.min(least, at), Number.POSITIVE_INFINITY) - run.killedAt),
    readAfterMs: Math.round(run.readAfterMs),
  };
}

if (import.meta.main) {
  const { values } = parseArgs({
    options: {
      devices: { type: 'string', default: '200' },
      seconds: { type: 'string', default: '60' },
      records: { type: 'string', default: '20' },
      pause: { type: 'string', default: '1000' },
    },
  });
  const number = (name: keyof typeof values) => Number(values[name]);
  const options = { devices: number('devices'), seconds: number('seconds'), records: number('records'), pauseMs: number('pause') };
  process.stdout.write(`${JSON.stringify({ ...options, ...(await pushBench(options)) }, null, 2)}\n`);
}
