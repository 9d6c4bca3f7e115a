import { columnsOf, hasField, says } from '../reading/claims.ts';
import { baseName, type Entry } from '../reading/container.ts';
import { headOf } from '../reading/head-of.ts';
import { fitabaseRole, fitabaseRoles } from './fitabase.ts';
import { logRoles } from './logs.ts';
import { isSections, SECTIONS_ROLE } from './sections.ts';
import { seriesRoles } from './series.ts';
import { tableRoles } from './tables.ts';

const DATED_JSON = /^([a-z0-9_]+?)(?:[-_]\d{1,4}(?:-\d\d-\d\d)?)?\.json$/;
const API = /^fitbit-(?:sleep|activities|body)[\w-]*\.json$/;

/** Roles of files: of tables by their columns as well as their names. One that is empty or cannot be read has that of its name. */
export async function rolesIn(entries: readonly Entry[]): Promise<(entry: Entry) => string | null> {
  const roles = new Map<Entry, string | null>();
  for (const entry of entries) {
    const named = roleOf(entry.name);
    const isAsked = entry.refused === null && (baseName(entry.name).endsWith('.csv') || (named !== null && named !== 'api'));
    const head = isAsked ? await headOf(entry) : '';
    roles.set(entry, says(head) ? roleIn(baseName(entry.name), named, head) : named);
  }
  return (entry) => roles.get(entry) ?? null;
}

const isLog = hasField(/"(?:dateTime|logId)"\s*:/);

function roleIn(base: string, named: string | null, head: string): string | null {
  if (base.endsWith('.csv')) return tableIn(base, head);
  return isLog(head) ? named : null;
}

function tableIn(base: string, head: string): string | null {
  if (isSections(base, head)) return SECTIONS_ROLE;
  const columns = columnsOf(head);
  const found = [...tableRoles, ...fitabaseRoles].find(({ pattern, fits }) => pattern.test(base) && fits(columns));
  return found?.role ?? null;
}

/** What a file of an export is by its name: a series or log of JSON, a table, an answer of the Web API; null where it is not read. */
export function roleOf(name: string): string | null {
  const base = baseName(name).replace(/\(\d+\)(?=\.\w+$)/, '');
  if (API.test(base)) return 'api';
  if (isSections(base, '')) return SECTIONS_ROLE;
  if (base.endsWith('.csv')) return fitabaseRole(base) ?? tableRoles.find(({ pattern }) => pattern.test(base))?.role ?? null;
  const word = DATED_JSON.exec(base)?.[1];
  return word !== undefined && (Object.hasOwn(seriesRoles, word) || Object.hasOwn(logRoles, word)) ? word : null;
}
