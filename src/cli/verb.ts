import type { Config, Origin } from '../config/config.ts';
import type { SettingName } from '../config/settings.ts';
import type { Output } from './output.ts';

export interface VerbOption {
  /** As commander takes it, such as `--participant <id>`. */
  flags: string;
  help: string;
  required?: boolean;
  /** May be given several times; its value is a list. */
  many?: boolean;
}

/** One verb: what `--help` shows and what it does. One file each, listed in `index.ts`. */
export interface Verb {
  /** As commander takes them, such as `<study>` or `[study]`, each with its meaning. */
  arguments?: Record<string, string>;
  options?: VerbOption[];
  /** Whether it reports, and so takes `--json`. */
  json: boolean;
  /** Whether it starts the server, the workers and the console, and so takes their settings. */
  parts?: boolean;
  /** Command lines that work, without the program's name. */
  examples: [string, ...string[]];
  /** More for `--help`, after the options. */
  notes?: string;
  /** @returns the exit code when it is not 0 */
  run(call: Call): Promise<number | undefined>;
}

/** One call of a verb. */
export interface Call {
  /** Arguments in order; those not given are undefined. */
  args: (string | undefined)[];
  /** Arguments of a last `<file...>`. */
  rest: string[];
  options: Record<string, unknown>;
  config: Config;
  origins: Record<SettingName, Origin>;
  out: Output;
  /** Aborted by Ctrl-C and SIGTERM. */
  signal: AbortSignal;
  /** Aborted the second time: whoever is waited for is waited for no longer. */
  again: AbortSignal;
}

/** A string option, or null. */
export function textOption(call: Call, name: string): string | null {
  const value = call.options[name];
  return typeof value === 'string' ? value : null;
}

export function listOption(call: Call, name: string): string[] {
  const value = call.options[name];
  return Array.isArray(value) ? value.map(String) : [];
}

/** A required argument; commander has refused its absence. */
export function argument(call: Call, index: number): string {
  return call.args[index] ?? '';
}
