import type { ErrorCode } from '../../../schema/errors.ts';
import type { ExclusionReason, Parsed, RecordName } from '../../../schema/source.ts';
import type { Unit } from './unit.ts';

/** One unit that could not be read or trusted. `field` is a name of our schema. */
export function quarantined(unit: Unit, reason: ErrorCode, field?: string, day: string | null = null): Parsed {
  const base: Parsed = { is: 'quarantined', units: 1, end: unit.end, day, reason, raw: unit.bytes };
  if (field !== undefined) base.field = field;
  // Half a unit cannot be read again.
  if (unit.frame !== undefined && !unit.tooLong) base.frame = unit.frame();
  return base;
}

/** The same unit with the name of the record that it would be, where that could be read: its source may take it back. */
export function ofRecord(item: Parsed, type: RecordName['type'], recordId: string | null): Parsed {
  if (item.is === 'quarantined' && recordId !== null && recordId !== '') item.of = { type, recordId };
  return item;
}

/** One unit that must not be kept. */
export function excluded(unit: Unit, reason: ExclusionReason, day: string | null = null): Parsed {
  return { is: 'excluded', units: 1, end: unit.end, day, reason };
}
