import { isObject, schemaNamed } from './check.ts';

/** What one JSON value is: a data point with a header, a body alone, or neither. */
export interface Told {
  /** The rule that the value (or its body) must keep to, or null where its schema is not known. */
  rule: string | null;
  name: string;
  /** Whether that very version is known. */
  exact: boolean;
}

const VERSION = /^\d+\.(?:\d+|x)$/;

/** The schema that a header names; null where it names none. */
export function schemaOfHeader(header: Readonly<Record<string, unknown>>): Told | null {
  const id = header.schema_id;
  if (!isObject(id)) return null;
  const { namespace, name, version } = id;
  if (typeof namespace !== 'string' || typeof name !== 'string' || typeof version !== 'string') return null;
  const found = schemaNamed(namespace, name.replaceAll('_', '-'), version);
  return { rule: found?.rule ?? null, name: name.replaceAll('_', '-'), exact: found?.exact ?? false };
}

/** The schema that a path names, as collections of bodies do: `…/omh/heart-rate/1.0/…` or `heart-rate-1.0.json`. */
export function schemaOfPath(path: string): Told | null {
  const steps = path.split(/[\\/]/);
  for (let at = steps.length - 1; at >= 1; at--) {
    const [name = '', version = ''] = [steps[at - 1], steps[at]];
    if (!VERSION.test(version)) continue;
    const namespace = steps[at - 2] ?? 'omh';
    const found = schemaNamed(namespace, name, version) ?? schemaNamed('omh', name, version);
    if (found !== null) return { rule: found.rule, name, exact: found.exact };
  }
  const file = /^(?:(omh|ieee|granola)[-_.])?([a-z-]+)[-_](\d+\.\d+)\.(?:json|ndjson|jsonl)$/.exec(steps.at(-1) ?? '');
  const found = file === null ? null : schemaNamed(file[1] ?? 'omh', file[2] as string, file[3] as string);
  return found === null || file === null ? null : { rule: found.rule, name: file[2] as string, exact: found.exact };
}
