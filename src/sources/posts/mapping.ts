import { AfferentError } from '../../../schema/errors.ts';

/** Our names that a mapping may give an outside field for. */
export const mappedNames = ['id', 'time', 'text', 'lang', 'kind', 'audience', 'conversation', 'version', 'account'] as const;
export type MappedName = (typeof mappedNames)[number];

/** How the values of one source are found and decoded. */
export interface Mapping {
  field(name: MappedName): string;
  /** Outside names that are not drift: those that the mapping uses, by their first step. */
  known: ReadonlySet<string>;
  /** What bytes that are not UTF-8 are read as; null quarantines them. */
  fallback: 'latin1' | null;
}

/**
 * The mapping of a source: our name → outside field, itself by default. `encoding=latin-1` declares a fallback.
 * Throws `bad-mapping` at a name that is not ours, an empty field, or an unknown encoding.
 */
export function readMapping(declared: Readonly<Record<string, string>>): Mapping {
  const fields = new Map<MappedName, string>(mappedNames.map((name) => [name, name]));
  let fallback: Mapping['fallback'] = null;
  for (const [name, outside] of Object.entries(declared)) {
    if (name === 'encoding') fallback = readEncoding(outside);
    else if (!(mappedNames as readonly string[]).includes(name) || outside === '') throw new AfferentError('bad-mapping');
    else fields.set(name as MappedName, outside);
  }
  const known = new Set<string>();
  for (const outside of fields.values()) {
    known.add(outside);
    known.add(outside.split('.', 1)[0] as string);
  }
  return { field: (name) => fields.get(name) as string, known, fallback };
}

function readEncoding(name: string): Mapping['fallback'] {
  const plain = name.toLowerCase().replaceAll(/[^a-z0-9]/g, '');
  if (plain === 'utf8') return null;
  if (plain === 'latin1' || plain === 'iso88591') return 'latin1';
  throw new AfferentError('bad-mapping', { field: 'encoding' });
}

/** The value at a field name or a dotted path of one; undefined where there is none. */
export function valueAt(row: Readonly<Record<string, unknown>>, field: string): unknown {
  if (Object.hasOwn(row, field)) return row[field];
  let value: unknown = row;
  for (const step of field.split('.')) {
    if (typeof value !== 'object' || value === null || !Object.hasOwn(value, step)) return undefined;
    value = (value as Record<string, unknown>)[step];
  }
  return value;
}
