import { readFileSync } from 'node:fs';
import { parse } from 'yaml';
import { z } from 'zod';
import { noSuchName } from '../../schema/consent-file.ts';
import { AfferentError, type ErrorCode } from '../../schema/errors.ts';

/** Reads a small file that the caller named. @throws AfferentError `bad-path` */
export function readText(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    throw new AfferentError('bad-path');
  }
}

/** Reads YAML or JSON of a shape of ours. @throws AfferentError `bad-path`, or `code` with the path of the first wrong field */
export function readShape<T>(path: string, shape: z.ZodType<T>, code: ErrorCode): T {
  const text = readText(path);
  let value: unknown;
  try {
    value = parse(text);
  } catch {
    throw new AfferentError(code);
  }
  const parsed = shape.safeParse(value);
  if (parsed.success) return parsed.data;
  const [issue] = parsed.error.issues;
  const unknown = issue?.code === 'unrecognized_keys' ? issue.keys.slice(0, 1) : [];
  const field = [...(issue?.path ?? []), ...unknown].join('.');
  const said = issue === undefined ? null : saidOf(issue, value, shape);
  throw new AfferentError(code, field ? { what: said === null ? field : `${field}: ${said}`, field } : {});
}

/** What is wrong with an entry, in words of ours: whoever called wrote the file. Null where its path says enough. */
function saidOf(issue: z.core.$ZodIssue, value: unknown, shape: z.ZodType): string | null {
  if (issue.code === 'custom') return typeof issue.params?.said === 'string' ? issue.params.said : null;
  if (issue.code === 'invalid_format') return issue.format === 'datetime' ? noMoment : null;
  if (issue.code === 'unrecognized_keys') {
    const entries = issue.path.length === 0 && shape instanceof z.ZodObject ? Object.keys(shape.shape) : [];
    return entries.length === 0 ? null : noSuchName(issue.keys[0] ?? '', entries);
  }
  if (issue.code !== 'invalid_value') return null;
  const given = issue.path.reduce<unknown>((at, step) => (at as Record<PropertyKey, unknown> | null)?.[step], value);
  return typeof given === 'string' ? noSuchName(given, issue.values.map(String)) : null;
}

const noMoment = 'a time needs an offset or Z, such as 2026-01-31T00:00:00+01:00 or 2026-01-31T00:00:00Z';
