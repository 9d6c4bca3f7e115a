import type { ErrorCode } from '../../../schema/errors.ts';
import type { Sample, StoredRecord } from '../../../schema/records.ts';
import type { ExclusionReason, Parsed, RecordName } from '../../../schema/source.ts';
import { excluded, ofRecord, quarantined } from './quarantine.ts';
import type { Unit } from './unit.ts';

/** What becomes of one unit, before it is known where it stands in the stream. */
export type Outcome =
  | { is: 'sample'; sample: Sample }
  | { is: 'record'; record: StoredRecord; exported?: string | null }
  | { is: 'quarantined'; reason: ErrorCode; field: string | undefined; day: string | null; of?: RecordName }
  | { is: 'excluded'; reason: ExclusionReason; day: string | null };

/** A unit that cannot be read or trusted; `field` is a name of our schema. */
export function bad(reason: ErrorCode, field?: string, day: string | null = null): Outcome {
  return { is: 'quarantined', reason, field, day };
}

/** A unit that must not be kept, or holds nothing. */
export function left(reason: ExclusionReason, day: string | null = null): Outcome {
  return { is: 'excluded', reason, day };
}

/** The outcome as an item of the stream. */
export function settled(unit: Unit, outcome: Outcome): Parsed {
  switch (outcome.is) {
    case 'sample':
      return { is: 'sample', units: 1, end: unit.end, day: outcome.sample.time.day, sample: outcome.sample };
    case 'record':
      return { ...outcome, units: 1, end: unit.end, day: outcome.record.time.day };
    case 'quarantined':
      return ofRecord(
        quarantined(unit, outcome.reason, outcome.field, outcome.day),
        outcome.of?.type ?? 'post',
        outcome.of?.recordId ?? null,
      );
    default:
      return excluded(unit, outcome.reason, outcome.day);
  }
}
