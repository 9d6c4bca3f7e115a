import { says } from '../reading/claims.ts';
import { baseName, type Entry } from '../reading/container.ts';
import type { JsonPath } from '../reading/document-paths.ts';
import { headOf } from '../reading/head-of.ts';

/** What a list of the export holds. */
export type GarminRole =
  | 'sleep'
  | 'day'
  | 'health'
  | 'activity'
  | 'activity-list'
  | 'body'
  | 'hydration'
  | 'blood-pressure'
  | 'snapshot'
  | 'vo2-max';

/** Names of files: folders have moved between exports, these have not. */
const NAMES: readonly (readonly [RegExp, GarminRole])[] = [
  [/_sleepdata\.json$/, 'sleep'],
  [/^udsfile_.*\.json$/, 'day'],
  [/_healthstatusdata\.json$/, 'health'],
  [/(?:^|_)summarizedactivities\.json$/, 'activity'],
  [/_userbiometrics\.json$/, 'body'],
  [/^hydrationlogfile_.*\.json$/, 'hydration'],
  [/^bloodpressurefile_.*\.json$/, 'blood-pressure'],
  [/_wellnessactivities\.json$/, 'snapshot'],
  [/^metricsmaxmetdata_.*\.json$/, 'vo2-max'],
];

/** The role of files that belong to the kind `fit`. */
export const FIT_ROLE = 'fit';

const ELEMENTS: readonly JsonPath[] = [['[]']];
const WRAPPED: readonly JsonPath[] = [
  ['[]', 'summarizedActivitiesExport', '[]'],
  ['summarizedActivitiesExport', '[]'],
];

export function pathsOf(role: GarminRole): readonly JsonPath[] {
  return role === 'activity' ? WRAPPED : ELEMENTS;
}

export function jsonRole(name: string): GarminRole | null {
  const base = baseName(name);
  return NAMES.find(([pattern]) => pattern.test(base))?.[1] ?? null;
}

/** Roles of files. Workouts are wrapped into an object in every export that is known of; a bare list of them is read as well. */
export async function rolesIn(entries: readonly Entry[]): Promise<(entry: Entry) => string | null> {
  const roles = new Map<Entry, string | null>();
  for (const entry of entries) {
    const role = baseName(entry.name).endsWith('.fit') ? FIT_ROLE : jsonRole(entry.name);
    const head = role === 'activity' && entry.refused === null ? await headOf(entry) : '';
    const isBare = says(head) && /^\s*\[/.test(head) && !head.includes('"summarizedActivitiesExport"');
    roles.set(entry, isBare ? 'activity-list' : role);
  }
  return (entry) => roles.get(entry) ?? null;
}

/** Where uploaded recordings are packed into zips of their own. */
const UPLOADED = /(?:^|\/)uploadedfiles[^/]*\.zip$/i;

/** A zip of recordings that could not be opened is told as broken: as a file that is not used, all of them would be lost in silence. */
export function refuseUnopened(entries: readonly Entry[]): Entry[] {
  return entries.map((entry) =>
    entry.refused === null && UPLOADED.test(entry.name) ? { ...entry, refused: entry.bytes === 0 ? 'file-empty' : 'zip-broken' } : entry,
  );
}

const MARKS = /^(?:di_connect|di-connect-[a-z-]+)$/;

/** Whether a folder with these names is an export, or one of its folders. */
export function isExport(names: readonly string[]): boolean {
  return names.some((name) => MARKS.test(name.toLowerCase()) || jsonRole(name) !== null);
}

/** What the name of a file says of the account: its address or its number, in lower case; null for names that say neither. */
export function ownerIn(name: string): string | null {
  const base = baseName(name);
  const patterns = [/^([^/\s]+@[^/\s@]+?)_(?:\d+_)?[a-z]+\.json$/, /^([^/\s]+@[^/\s@]+?)_\d+\.fit$/];
  const numbers = [/(?:^|_)(\d{5,})_[a-z]+\.json$/, /^[a-z]+_\d{8}_\d{8}_(\d{5,})\.json$/];
  for (const pattern of [...patterns, ...numbers]) {
    const found = pattern.exec(base)?.[1];
    if (found !== undefined) return found;
  }
  return null;
}

/** Whether what is written of an account is known to be another than the declared one: addresses and numbers say nothing of each other. */
export function isOther(declared: string | null, written: string | null): boolean {
  if (declared === null || written === null) return false;
  const account = declared.trim().toLowerCase();
  const isSame = account === written.toLowerCase();
  return !isSame && (account.includes('@') ? written.includes('@') : /^\d+$/.test(account) && /^\d+$/.test(written));
}
