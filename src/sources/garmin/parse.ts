import { AfferentError } from '../../../schema/errors.ts';
import type { ParseContext, Parsed } from '../../../schema/source.ts';
import { Clock } from '../reading/clock.ts';
import { type Fields, isFields, readDocument } from '../reading/documents.ts';
import { DriftOnce, noteTypes, noteUnknown } from '../reading/drift.ts';
import { isMissing } from '../reading/measurements.ts';
import { bad, type Outcome } from '../reading/outcome.ts';
import { outsideText } from '../reading/outside-text.ts';
import { activityOutcome } from './activity.ts';
import { bodyOutcome, hydrationOutcome, pressureOutcome, snapshotOutcome } from './body.ts';
import { dayOutcome, fitnessOutcome, healthOutcome } from './days.ts';
import { type GarminRole, isOther, pathsOf } from './files.ts';
import { fieldTypes, knownFields } from './known-fields.ts';
import { sleepOutcome } from './sleep.ts';

const outcomes: Readonly<Record<GarminRole, (entry: Fields, clock: Clock) => Outcome>> = {
  sleep: sleepOutcome,
  day: dayOutcome,
  health: healthOutcome,
  activity: activityOutcome,
  'activity-list': activityOutcome,
  body: bodyOutcome,
  hydration: hydrationOutcome,
  'blood-pressure': pressureOutcome,
  snapshot: snapshotOutcome,
  'vo2-max': fitnessOutcome,
};

/**
 * Entries of a list, and when the export was made that states them. Throws `wrong-participant` where one is of another account than the
 * declared one.
 */
export function parseList(
  { role, exported }: { role: GarminRole; exported: string | null },
  chunks: AsyncIterable<Buffer>,
  context: ParseContext,
): AsyncGenerator<Parsed> {
  const clock = new Clock(context);
  const drift = new DriftOnce(context);
  return readDocument(chunks, pathsOf(role), drift, (value) => {
    if (!isFields(value)) return bad('wrong-shape');
    if (ownersOf(value).some((owner) => isOther(context.account, owner))) throw new AfferentError('wrong-participant');
    noteUnknown(drift, value, knownFields(role));
    noteTypes(drift, value, fieldTypes(role));
    const outcome = outcomes[role](value, clock);
    return outcome.is === 'record' ? { ...outcome, exported } : outcome;
  });
}

/** Numbers of the accounts that an entry names. */
function ownersOf(entry: Fields): string[] {
  const meta = isFields(entry.metaData) ? entry.metaData : {};
  const written = [entry.userProfilePK, entry.userProfilePk, entry.userProfileId, meta.userProfilePK, meta.userProfilePk];
  return written.filter((owner) => !isMissing(owner)).map(outsideText);
}
