import { bodyRules } from './rules/body.ts';
import { moreBodyRules } from './rules/body-c.ts';
import { healthKitRules } from './rules/health-kit.ts';
import { ieeeRules } from './rules/ieee.ts';
import { medicationRules } from './rules/medication.ts';
import { restRules } from './rules/rest.ts';
import type { Rule, RuleTable } from './rules/rule.ts';
import { valueRules } from './rules/values.ts';

const tables: readonly RuleTable[] = [bodyRules, moreBodyRules, restRules, valueRules, medicationRules, healthKitRules, ieeeRules];
const rules: ReadonlyMap<string, Rule> = new Map(tables.flatMap((table) => Object.entries(table)));

const DATE_TIME = /^(\d{4})-(\d\d)-(\d\d)T([01]\d|2[0-3]):[0-5]\d:([0-5]\d|60)(?:[.,]\d+)?(?:Z|[+-](?:[01]\d|2[0-3]):?[0-5]\d)$/i;

const primitives: Readonly<Record<string, (value: unknown) => boolean>> = {
  anything: () => true,
  string: (value) => typeof value === 'string',
  number: (value) => Number.isFinite(value),
  integer: (value) => Number.isInteger(value),
  boolean: (value) => typeof value === 'boolean',
  object: (value) => isObject(value),
  'date-time': (value) => typeof value === 'string' && isDateTime(value),
  uri: (value) => typeof value === 'string' && /^[a-z][a-z0-9+.-]*:\S+$/i.test(value),
};

/** The rule's name for a schema, or null where there is none. A version that is not known is read as the newest below it, or the first. */
export function schemaNamed(namespace: string, name: string, version: string): { rule: string; exact: boolean } | null {
  const prefix = namespace === 'omh' ? '' : `${namespace}:`;
  const exact = `${prefix}${name}-${version}`;
  if (rules.has(exact)) return { rule: exact, exact: true };
  const known = [...rules.keys()].filter(
    (key) => key.startsWith(`${prefix}${name}-`) && /^\d+\.\d+$/.test(key.slice(prefix.length + name.length + 1)),
  );
  const order = known.map((key) => ({ key, at: versionOrder(key.slice(key.lastIndexOf('-') + 1)) })).sort((a, b) => a.at - b.at);
  const wanted = versionOrder(version);
  const best = order.findLast(({ at }) => at <= wanted) ?? order[0];
  return best === undefined ? null : { rule: best.key, exact: false };
}

/** Whether a value is what the rule of this name asks for. */
export function conforms(value: unknown, name: string): boolean {
  return holds(value, name);
}

function holds(value: unknown, rule: Rule): boolean {
  if (typeof rule === 'string') {
    const primitive = Object.hasOwn(primitives, rule) ? primitives[rule] : undefined;
    if (primitive !== undefined) return primitive(value);
    const named = rules.get(rule);
    return named !== undefined && holds(value, named);
  }
  if ('fields' in rule) {
    if (!isObject(value) || rule.needed.some((name) => !Object.hasOwn(value, name))) return false;
    return Object.entries(rule.fields).every(([name, inner]) => !Object.hasOwn(value, name) || holds(value[name], inner));
  }
  if ('all' in rule) return rule.all.every((inner) => holds(value, inner));
  if ('one' in rule) return rule.one.filter((inner) => holds(value, inner)).length === 1;
  if ('any' in rule) return rule.any.some((inner) => holds(value, inner));
  if ('list' in rule) return Array.isArray(value) && value.length >= (rule.atLeast ?? 0) && value.every((entry) => holds(entry, rule.list));
  if ('among' in rule) return typeof value === 'string' && rule.among.includes(value);
  return typeof value === 'string' && rule.like.test(value);
}

export function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function isDateTime(text: string): boolean {
  const found = DATE_TIME.exec(text);
  if (found === null) return false;
  const [, year = '', month = '', day = ''] = found;
  const date = new Date(Date.UTC(2000, +month - 1, 1));
  date.setUTCFullYear(+year, +month - 1, +day);
  return +month >= 1 && +month <= 12 && +day >= 1 && date.getUTCDate() === +day;
}

function versionOrder(version: string): number {
  const [major = '0', minor = '0'] = version.split('.');
  return Number(major) * 1000 + (Number.parseInt(minor, 10) || 0);
}
