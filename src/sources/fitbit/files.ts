import { baseName } from '../reading/container.ts';
import { logRoles } from './logs.ts';
import { seriesRoles } from './series.ts';
import { tableRoles } from './tables.ts';

const DATED_JSON = /^([a-z0-9_]+?)(?:[-_]\d{1,4}(?:-\d\d-\d\d)?)?\.json$/;
const API = /^fitbit-(?:sleep|activities|body)[\w-]*\.json$/;

/** What a file of an export is: a series or log of JSON, a table, an answer of the Web API; null where it is not read. */
export function roleOf(name: string): string | null {
  const base = baseName(name).replace(/\(\d+\)(?=\.\w+$)/, '');
  if (API.test(base)) return 'api';
  if (base.endsWith('.csv')) return tableRoles.find(({ pattern }) => pattern.test(base))?.role ?? null;
  const word = DATED_JSON.exec(base)?.[1];
  return word !== undefined && (Object.hasOwn(seriesRoles, word) || Object.hasOwn(logRoles, word)) ? word : null;
}
