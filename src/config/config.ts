import { existsSync, readFileSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { isAbsolute, join, resolve } from 'node:path';
import { parse } from 'yaml';
import { AfferentError } from '../../schema/errors.ts';
import { projectRoot } from './project.ts';
import { type SettingName, settingNames, settings } from './settings.ts';

/** Everything that may be set, resolved. Paths are absolute. */
export interface Config {
  home: string;
  /** `sqlite:PATH` or `postgres://…` */
  store: string;
  /** The same, for the participants' keys. */
  keyStore: string;
  keyFile: string;
  /** Null: a server of our own is started. */
  temporalAddress: string | null;
  namespace: string;
  host: string;
  /** Port of the console; null: 4400 or the next that is free. */
  port: number | null;
  /** Address of the console in mails; null: where it listens. */
  url: string | null;
  /** Null: no mail is sent, and alerts say so. */
  smtp: string | null;
  mailFrom: string;
  threads: number;
}

export type Origin = 'flag' | 'environment' | 'afferent.yaml' | 'default';
export interface ConfigWithOrigins {
  config: Config;
  origins: Record<SettingName, Origin>;
}

/** Values of flags by setting; what was not given is absent. */
export type Flags = Partial<Record<SettingName, string>>;
type Found = { value: string; origin: Origin; folder: string };

/** Resolves every setting: flag, then environment, then `afferent.yaml` in the home, then default. @throws AfferentError `usage` */
export function loadConfig(flags: Flags = {}, env: NodeJS.ProcessEnv = process.env): ConfigWithOrigins {
  const origins = {} as Record<SettingName, Origin>;
  const look = (name: SettingName, file: YamlFile): Found | null => {
    const found = lookUp(name, flags, env, file);
    origins[name] = found?.origin ?? 'default';
    return found;
  };
  // The home cannot be named by a file inside it: the file beside the launcher may.
  const home = asPath(look('home', readYaml(projectRoot))) ?? join(projectRoot, '.afferent');
  const file = readYaml(home);
  const text = (name: SettingName) => look(name, file)?.value ?? null;
  const config: Config = {
    home,
    store: asAddress(look('store', file)) ?? `sqlite:${join(home, 'store.db')}`,
    keyStore: asAddress(look('keyStore', file)) ?? `sqlite:${join(home, 'keys.db')}`,
    keyFile: asPath(look('keyFile', file)) ?? join(home, 'key'),
    temporalAddress: text('temporalAddress'),
    namespace: text('namespace') ?? 'default',
    host: text('host') ?? '127.0.0.1',
    port: asNumber('port', text('port'), 65_535),
    url: text('url'),
    smtp: text('smtp'),
    mailFrom: text('mailFrom') ?? 'afferent@localhost',
    threads: asNumber('threads', text('threads'), 256) ?? availableParallelism(),
  };
  return { config, origins };
}

/** The same settings as environment variables, for a child process that calls `loadConfig` with no flags. */
export function configEnvironment(config: Config): Record<string, string> {
  const env: Record<string, string> = {};
  for (const name of settingNames) {
    const value = config[name];
    if (value !== null) env[settings[name].env] = String(value);
  }
  return env;
}

interface YamlFile {
  folder: string;
  values: Record<string, unknown>;
}

function readYaml(folder: string): YamlFile {
  const path = join(folder, 'afferent.yaml');
  if (!existsSync(path)) return { folder, values: {} };
  let values: unknown;
  try {
    values = parse(readFileSync(path, 'utf8'));
  } catch {
    throw new AfferentError('usage', { what: 'afferent.yaml cannot be read' });
  }
  if (values === null) return { folder, values: {} };
  if (typeof values !== 'object' || Array.isArray(values))
    throw new AfferentError('usage', { what: 'afferent.yaml is not a list of settings' });
  const known = new Set<string>(settingNames.map((name) => settings[name].yaml));
  const unknown = Object.keys(values).find((key) => !known.has(key));
  if (unknown) throw new AfferentError('usage', { what: `afferent.yaml: there is no setting ${unknown}` });
  return { folder, values: values as Record<string, unknown> };
}

function lookUp(name: SettingName, flags: Flags, env: NodeJS.ProcessEnv, file: YamlFile): Found | null {
  const setting = settings[name];
  const flag = flags[name];
  if (flag !== undefined) return { value: flag, origin: 'flag', folder: process.cwd() };
  const variable = env[setting.env];
  if (variable) return { value: variable, origin: 'environment', folder: process.cwd() };
  const line = file.values[setting.yaml];
  if (line === undefined || line === null) return null;
  if (typeof line !== 'string' && typeof line !== 'number') {
    throw new AfferentError('usage', { what: `afferent.yaml: ${setting.yaml} takes one value` });
  }
  return { value: String(line), origin: 'afferent.yaml', folder: file.folder };
}

function asPath(found: Found | null): string | null {
  return found && (isAbsolute(found.value) ? found.value : resolve(found.folder, found.value));
}

function asAddress(found: Found | null): string | null {
  if (!found) return null;
  if (/^postgres(ql)?:\/\//.test(found.value)) return found.value;
  if (!found.value.startsWith('sqlite:')) throw new AfferentError('usage', { what: 'a store is sqlite:PATH or postgres://…' });
  return `sqlite:${resolve(found.folder, found.value.slice('sqlite:'.length))}`;
}

function asNumber(name: SettingName, value: string | null, largest: number): number | null {
  if (value === null) return null;
  const number = /^\d{1,15}$/.test(value) ? Number(value) : 0;
  if (number < 1 || number > largest) {
    throw new AfferentError('usage', { what: `${settings[name].yaml} takes a whole number from 1 to ${largest}` });
  }
  return number;
}
