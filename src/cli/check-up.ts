import { existsSync, readdirSync, statfsSync, statSync } from 'node:fs';
import { delimiter, dirname, join } from 'node:path';
import { AfferentError, type ErrorCode, errorTable, toAfferentError } from '../../schema/errors.ts';
import type { Config } from '../config/config.ts';
import { modelsFolder, projectRoot } from '../config/project.ts';
import { openModel } from '../encoder/model.ts';
import { findGo } from '../parts/build-temporal.ts';
import { liveParts } from '../parts/parts-file.ts';
import { presentTemporal } from '../parts/temporal-binary.ts';
import { answersAt } from '../parts/temporal-ready.ts';
import { openStore } from '../store/open.ts';
import { hasStore } from './home.ts';
import { missingPackages } from './test-packages.ts';

/** One finding of `doctor`. `bad`: studies cannot run; `warn`: worth a look. */
export interface Check {
  name: string;
  state: 'ok' | 'warn' | 'bad';
  found: string;
  hint: string | null;
}

const leastFree = 2 * 1024 ** 3;

/** Looks at everything that a study needs. Changes nothing, but that an existing store is brought up to this version. */
export async function checkUp(config: Config): Promise<Check[]> {
  return [
    nodeCheck(),
    dependencyCheck(),
    await temporalCheck(config),
    await storeCheck(config),
    keyFileCheck(config),
    ...(await modelChecks()),
    diskCheck(config),
    await partsCheck(config),
    testCheck(),
  ];
}

const ok = (name: string, found: string): Check => ({ name, state: 'ok', found, hint: null });

function told(name: string, state: 'warn' | 'bad', code: ErrorCode, found: string = errorTable[code].message): Check {
  return { name, state, found, hint: errorTable[code].hint };
}

function nodeCheck(): Check {
  const major = Number(process.versions.node.split('.')[0]);
  return major >= 24
    ? ok('node', `${process.versions.node} at ${process.execPath}`)
    : told('node', 'bad', 'no-node', process.versions.node);
}

function dependencyCheck(): Check {
  const stamp = join(projectRoot, 'node_modules', '.afferent-setup');
  if (existsSync(stamp)) return ok('dependencies', 'installed as package-lock.json says');
  return {
    name: 'dependencies',
    state: 'warn',
    found: 'not installed by the launcher',
    hint: 'Run any verb by ./afferent: it installs them.',
  };
}

async function temporalCheck(config: Config): Promise<Check> {
  const name = 'temporal';
  if (config.temporalAddress !== null) {
    return (await answersAt(config.temporalAddress))
      ? ok(name, `answers at ${config.temporalAddress}`)
      : told(name, 'bad', 'temporal-down');
  }
  const binary = presentTemporal();
  if (binary) return ok(name, binary.path);
  if (await findGo()) return ok(name, 'not here yet; the first verb that needs it downloads or builds it');
  return { ...told(name, 'warn', 'no-temporal'), found: 'not here yet, and no Go 1.24 to build it: it must be downloaded' };
}

async function storeCheck(config: Config): Promise<Check> {
  if (!hasStore(config)) return ok('store', 'none yet; the first study makes it');
  try {
    const store = await openStore(config);
    try {
      const steps = await store.db.introspection.getTables();
      return ok('store', `${store.adapter.name}, up to date, ${steps.length} tables`);
    } finally {
      await store.close();
    }
  } catch (thrown) {
    return told('store', 'bad', toAfferentError(thrown).code);
  }
}

function keyFileCheck(config: Config): Check {
  const name = 'key file';
  if (!existsSync(config.keyFile))
    return hasStore(config) ? told(name, 'bad', 'no-key-file') : ok(name, 'none yet; the first study makes it');
  const mode = statSync(config.keyFile).mode & 0o777;
  if ((mode & 0o077) === 0) return ok(name, `${config.keyFile}, for its owner alone`);
  return { name, state: 'warn', found: `others may read ${config.keyFile}`, hint: `chmod 600 ${config.keyFile}` };
}

async function modelChecks(): Promise<Check[]> {
  const checks: Check[] = [];
  for (const folder of readdirSync(modelsFolder).sort()) {
    const name = `model ${folder}`;
    try {
      const { ref } = await openModel(join(modelsFolder, folder));
      checks.push(ok(name, `${ref.slice(0, folder.length + 13)}, every file as its manifest says`));
    } catch (thrown) {
      const error = thrown instanceof AfferentError ? thrown : new AfferentError('bad-model');
      checks.push({ name, state: 'bad', found: error.message, hint: error.hint });
    }
  }
  return checks;
}

function diskCheck(config: Config): Check {
  let folder = config.home;
  while (!existsSync(folder)) folder = dirname(folder);
  const { bavail, bsize } = statfsSync(folder);
  const free = bavail * bsize;
  const found = `${(free / 1024 ** 3).toFixed(1)} GiB free for ${config.home}`;
  return free >= leastFree ? ok('disk', found) : { name: 'disk', state: 'warn', found, hint: 'Make room, or choose another --home.' };
}

async function partsCheck(config: Config): Promise<Check> {
  const parts = liveParts(config.home);
  if (!parts) return ok('parts', 'not up; afferent up starts them');
  if (!(await answersAt(parts.temporal))) return told('parts', 'warn', 'temporal-down');
  return ok('parts', `up by process ${parts.owner.pid} (${parts.owner.verb})${parts.console ? `, console ${parts.console}` : ''}`);
}

function testCheck(): Check {
  const missing = missingPackages(process.env.PATH?.split(delimiter) ?? []);
  if (missing.length === 0) return ok('tests', 'PostgreSQL and Chromium are here');
  return ok('tests', `afferent test needs ${missing.join(', ')}, and installs them where it may`);
}
