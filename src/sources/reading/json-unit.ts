import { isUtf8 } from 'node:buffer';
import type { Parsed } from '../../../schema/source.ts';
import { parseJsonLine } from './json-line.ts';
import { quarantined } from './quarantine.ts';
import type { Unit } from './unit.ts';

export type Fields = Readonly<Record<string, unknown>>;

/** The object that a unit's bytes spell, with large integers as text; or the quarantined unit where they do not. */
export function fieldsOf(unit: Unit): { fields: Fields } | { fault: Parsed } {
  if (unit.tooLong) return { fault: quarantined(unit, 'line-too-long') };
  if (!isUtf8(unit.bytes)) return { fault: quarantined(unit, 'bad-encoding') };
  const fields = parseJsonLine(unit.bytes.toString('utf8'));
  return fields === null ? { fault: quarantined(unit, 'not-json') } : { fields };
}

export function isFields(value: unknown): value is Fields {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** An id as text: a string that is not empty, or an integer. Others are null. */
export function identifier(value: unknown): string | null {
  if (typeof value === 'string') return value === '' ? null : value;
  return typeof value === 'number' && Number.isSafeInteger(value) ? String(value) : null;
}
