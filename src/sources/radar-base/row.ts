import { isUtf8 } from 'node:buffer';
import type { Row } from '../reading/tables.ts';

const MAX_DEPTH = 5;
const MAX_FIELDS = 2000;

/** A line of JSON under the names that the table form gives its columns (`value.answers.0.value`); null where it is no object. */
export function rowOfLine(bytes: Buffer): Row | null {
  if (!isUtf8(bytes)) return null;
  let value: unknown;
  try {
    value = JSON.parse(bytes.toString('utf8'));
  } catch {
    return null;
  }
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return null;
  const row: Record<string, string> = Object.create(null);
  let fields = 0;
  const put = (name: string, inner: unknown, depth: number): void => {
    if (inner === null || inner === undefined || depth > MAX_DEPTH || fields >= MAX_FIELDS) return;
    if (typeof inner !== 'object') {
      row[name] = String(inner);
      fields++;
    } else if (isTagged(inner)) put(name, Object.values(inner)[0], depth + 1);
    else for (const [key, entry] of Object.entries(inner)) put(name === '' ? key : `${name}.${key}`, entry, depth + 1);
  };
  put('', value, 0);
  return row;
}

/** How Avro writes one of several types: `{"double": 3}`. */
function isTagged(value: object): boolean {
  const [name, another] = Object.keys(value);
  return another === undefined && name !== undefined && /^(?:string|int|long|float|double|boolean)$/.test(name);
}

/** Numbers of the answers in a row of a questionnaire. */
export function answersIn(row: Row): string[] {
  const numbers = new Set<string>();
  for (const [name, written] of Object.entries(row)) {
    const found = written === '' ? null : /^value\.answers\.(\d+)\./.exec(name);
    if (found !== null) numbers.add(found[1] as string);
  }
  return [...numbers];
}
