import type { Entry } from './container.ts';
import { delimiterOf, parseRows } from './csv-rows.ts';
import { headOf } from './head-of.ts';
import { snakeCase } from './names.ts';

/** Whether the beginning of a file is that of the role which its name claims; null where the name says enough. */
type Check = ((head: string) => boolean) | null;

/** Whether the beginning of a file says anything: what is empty, damaged or in no encoding keeps the role of its name, so that this is told. */
export function says(head: string): boolean {
  const first = head.slice(0, 1000);
  return first.trim() !== '' && !first.includes('\0') && !first.includes('\ufffd');
}

/**
 * Roles by name, each held against the beginning of its file: other makers give their files the same names.
 */
export async function claimed<Role extends string>(
  entries: readonly Entry[],
  roleOf: (name: string) => Role | null,
  checkOf: (role: Role, name: string) => Check,
): Promise<(entry: Entry) => Role | null> {
  const roles = new Map<Entry, Role | null>();
  for (const entry of entries) {
    const role = roleOf(entry.name);
    const check = role === null || entry.refused !== null ? null : checkOf(role, entry.name);
    const head = check === null ? '' : await headOf(entry);
    roles.set(entry, check === null || !says(head) || check(head) ? role : null);
  }
  return (entry) => roles.get(entry) ?? null;
}

/** Names of columns in the first row that is not blank. */
export function columnsOf(head: string): string[] {
  const header = /[^\r\n]*\S[^\r\n]*/.exec(head)?.[0] ?? '';
  return (parseRows([header], delimiterOf(header))[0] ?? []).map((name) => name.trim());
}

/** A check for a column that a table has under one of these names in snake case. */
export function hasColumn(...names: readonly string[]): (head: string) => boolean {
  return (head) => columnsOf(head).some((column) => names.includes(snakeCase(column)));
}

const NOTHING = /^\s*(?:\[\s*\]|\{(?:\s*"[^"]*"\s*:\s*(?:\[\s*\]|null)\s*,?)*\s*\})\s*$/;

/** A check for a field that objects of a JSON document have; one without anything in it is anybody's. */
export function hasField(pattern: RegExp): (head: string) => boolean {
  return (head) => pattern.test(head) || NOTHING.test(head);
}
