import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { AfferentError } from '../../schema/errors.ts';
import type { Config } from '../config/config.ts';
import { freePort } from './free-port.ts';
import { supervise } from './supervised.ts';
import { obtainTemporal } from './temporal-binary.ts';
import { prepareNamespace, waitForTemporal } from './temporal-ready.ts';

export interface TemporalServer {
  /** `host:port` that clients and workers connect to. */
  address: string;
  /** Temporal's own pages; null when the server is not ours. */
  ui: string | null;
  /** Process of the server; null when it is not ours. */
  pid(): number | null;
  stop(): Promise<void>;
}

/**
 * A Temporal server that answers, with our search attributes and retention: the one of the settings, or one of our own with its state
 * in the home.
 * @throws AfferentError `no-temporal`, `temporal-down`
 */
export async function startTemporal(
  config: Config,
  tell: (line: string) => void,
  onStart: (pid: number) => void,
  signal: AbortSignal,
): Promise<TemporalServer> {
  if (config.temporalAddress !== null) {
    await waitForTemporal(config.temporalAddress, 15_000, signal);
    await prepareNamespace(config.temporalAddress, config.namespace, false);
    return { address: config.temporalAddress, ui: null, pid: () => null, stop: async () => {} };
  }
  const binary = await obtainTemporal(tell, signal);
  const host = '127.0.0.1';
  const [port, uiPort] = await freePorts(host);
  const address = `${host}:${port}`;
  const folder = join(config.home, 'temporal');
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  const server = supervise({
    name: 'temporal',
    command: binary.path,
    args: [
      ...['server', 'start-dev', '--db-filename', join(folder, 'temporal.db'), '--ip', host],
      ...['--port', String(port), '--ui-port', String(uiPort), '--log-level', 'warn'],
      ...(config.namespace === 'default' ? [] : ['--namespace', config.namespace]),
    ],
    // Its own settings file of the user must not change what we start.
    env: { ...process.env, TEMPORAL_ADDRESS: undefined, TEMPORAL_NAMESPACE: undefined },
    cwd: config.home,
    log: join(config.home, 'logs', 'temporal.log'),
    ipc: false,
    signal: 'SIGTERM',
    patience: 10_000,
    onStart,
    onDeath: (code, by, again) => tell(`The Temporal server ended (${by ?? code}); starting it again in ${again} ms.`),
  });
  try {
    await waitForTemporal(address, 60_000, signal);
    await prepareNamespace(address, config.namespace, true);
  } catch (thrown) {
    await server.stop();
    throw thrown;
  }
  return { address, ui: `http://${host}:${uiPort}`, pid: () => server.pid, stop: () => server.stop() };
}

async function freePorts(host: string): Promise<[number, number]> {
  const [first, second] = await Promise.all([freePort(host), freePort(host)]);
  if (first === null || second === null || first === second) throw new AfferentError('no-free-port');
  return [first, second];
}
