import { AfferentError } from '../../schema/errors.ts';
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
  /** A whole number: what is none, or is out of range, is refused before the verb runs. */
  whole?: WholeNumber;
}

export interface WholeNumber {
  from: number;
  /** Where there is a largest one. */
  to?: number;
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
  /** Whether it ends in order by itself when it is interrupted, as all do that start parts; others are ended at once. */
  endsItself?: boolean;
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

/** An option that is declared as a whole number, or null. */
export function numberOption(call: Call, name: string): number | null {
  const value = call.options[name];
  return typeof value === 'number' ? value : null;
}

/** Digits and nothing else. @param name what is told to take such a number @throws AfferentError `usage` */
export function wholeNumber(given: string, name: string, { from, to }: WholeNumber): number {
  const number = /^\d{1,15}$/.test(given) ? Number(given) : Number.NaN;
  if (number >= from && number <= (to ?? Number.MAX_SAFE_INTEGER)) return number;
  throw new AfferentError('usage', { what: `${name} takes a whole number from ${from}${to === undefined ? '' : ` to ${to}`}` });
}

/** Says on standard error that rows were left out, and how to have them. Whoever reads `--json` cannot tell otherwise. */
export function noteLeftOut(call: Call, rows: number, all: number): void {
  if (rows < all) call.out.note(`Showing ${rows} of ${all}; --limit ${all} for all.`);
}
