import type { Head } from '../../../schema/heads.ts';

/**
 * What a row says of a head: 0 or 1 a label, a value a label, or one number: yes, a level, the number of a class. NaN for a label of which
 * the row says nothing, where it tells of others.
 */
export type Truth = readonly number[];

/** Other names under which public sets have a label. */
const aliases: Readonly<Record<string, readonly string[]>> = {
  extraversion: ['ext', 'cEXT'],
  neuroticism: ['neu', 'cNEU'],
  agreeableness: ['agr', 'cAGR'],
  conscientiousness: ['con', 'cCON'],
  openness: ['opn', 'cOPN'],
  outdoor_effect: ['effect'],
  crisis: ['severity'],
};

/**
 * The truth of a row for a head, or null where it says nothing of it. `field` names the field to take instead of those
 * that are known: the label, level or class, or the list of labels.
 */
export function truthOf(head: Head, row: Readonly<Record<string, unknown>>, field?: string): Truth | null {
  if (head.type === 'multilabel')
    return listed(head.labels, row[field ?? 'labels']) ?? (field ? null : eachLabel(head.labels, row, isYesOrNo));
  if (head.type === 'regression') return eachLabel(head.labels, row);
  const value = named(row, field ?? head.name);
  if (head.type === 'categorical') return classOf(head.labels, value);
  const number = numberOf(value);
  if (number === null) return null;
  const fits = head.type === 'binary' ? isYesOrNo(number) : Number.isInteger(number) && number >= 0 && number < head.levels;
  return fits ? [number] : null;
}

const nothing = new Set(['', 'na', 'nan', 'null']);

/** Whether a row states something for a head, which may be none of its labels. */
export function statesTruth(head: Head, row: Readonly<Record<string, unknown>>, field?: string): boolean {
  const listed = head.type === 'multilabel' ? [field ?? 'labels'] : [field ?? head.name];
  const each = head.type === 'regression' || (head.type === 'multilabel' && field === undefined) ? head.labels : [];
  const names = head.type === 'regression' ? each : [...listed, ...each];
  return names.some((name) => {
    const value = named(row, name);
    return Array.isArray(value) ? value.length > 0 : value !== undefined && !nothing.has(String(value).trim().toLowerCase());
  });
}

/** One field a label; null where there is none. */
function eachLabel(labels: readonly string[], row: Readonly<Record<string, unknown>>, fits = (_: number) => true): Truth | null {
  const values = labels.map((label) => {
    const value = numberOf(named(row, label));
    return value !== null && fits(value) ? value : Number.NaN;
  });
  return values.some((value) => !Number.isNaN(value)) ? values : null;
}

function isYesOrNo(number: number): boolean {
  return number === 0 || number === 1;
}

function listed(labels: readonly string[], value: unknown): Truth | null {
  const list = typeof value === 'string' ? value.split(/[;,|]/).map((name) => name.trim()) : value;
  if (!Array.isArray(list)) return null;
  const names = list.filter((name) => name !== '');
  if (!names.every((name) => typeof name === 'string' && labels.includes(name))) return null;
  return labels.map((label) => (names.includes(label) ? 1 : 0));
}

function classOf(labels: readonly string[], value: unknown): Truth | null {
  const at = labels.indexOf(typeof value === 'number' ? String(value) : typeof value === 'string' ? value.trim() : '');
  return at === -1 ? null : [at];
}

function named(row: Readonly<Record<string, unknown>>, name: string): unknown {
  return [name, ...(aliases[name] ?? [])].map((one) => row[one]).find((value) => value !== undefined && value !== null);
}

function numberOf(value: unknown): number | null {
  if (typeof value === 'boolean') return value ? 1 : 0;
  if (typeof value === 'number') return Number.isFinite(value) ? value : null;
  if (typeof value !== 'string' || value.trim() === '') return null;
  const word = value.trim().toLowerCase();
  if (['yes', 'y', 'true'].includes(word)) return 1;
  if (['no', 'n', 'false'].includes(word)) return 0;
  const number = Number(word);
  return Number.isFinite(number) ? number : null;
}
