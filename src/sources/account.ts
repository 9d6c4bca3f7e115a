import { AfferentError, type ErrorCode, toAfferentError } from '../../schema/errors.ts';
import type { Arrival, ParseContext, Parsed, Part, SourceKind } from '../../schema/source.ts';
import { type Group, Grouping, type GroupOptions, quarantinedRest } from './grouping.ts';
import { LostFields } from './lost-fields.ts';
import { REFUSED_ROLE } from './reading/container.ts';
import { DriftOnce } from './reading/drift.ts';
import { mayPass } from './reading/read-fault.ts';
import { Tee } from './tee.ts';

export type { Group } from './grouping.ts';

export interface ReadOptions extends GroupOptions {
  /** Called with the position after each chunk, also while units are dropped. */
  progress?: (position: number) => void;
}

/** Faults of ours or of the set-up, not of the file: they end the reading instead of quarantining the rest. */
const FATAL: ReadonlySet<ErrorCode> = new Set(['internal', 'bad-mapping', 'usage', 'interrupted', 'ledger-unbalanced', 'ledger-off']);

/**
 * Parts of an arrival. A container that cannot be read is one part that cannot be opened, so that it
 * ends in the ledger as one quarantined unit. Throws `file-gone`, `file-changed` where the system is in the way, and faults of ours.
 */
export async function partsOf(kind: SourceKind, arrival: Arrival): Promise<Part[]> {
  try {
    return await kind.parts(arrival);
  } catch (thrown) {
    const fault = notFatal(thrown);
    return [{ index: 0, name: '', role: REFUSED_ROLE, bytes: null, open: () => Promise.reject(fault) }];
  }
}

/**
 * Reads a part and accounts for every unit of it.
 *
 * - A part that the kind does not read is one unit, excluded as `file-not-used`. An empty one is one unit,
 *   quarantined as `file-empty`, unless the part may be empty.
 * - A stream that breaks gives what came before and one more unit, quarantined with the reason.
 * - Where the parser gives up, all units that the counter still finds are quarantined with its reason.
 * - Units that the parser kept silent about are quarantined as `unaccounted`.
 *
 * Groups end at the same units wherever a reading begins. Throws `ledger-unbalanced` when more units came out
 * than were counted, `ledger-off` when `skipUnits` does not fall between groups, `file-changed` when the part now
 * ends before it or the system is in the way of reading, `file-gone`, and faults of ours.
 */
export async function* readPart(kind: SourceKind, part: Part, context: ParseContext, options: ReadOptions): AsyncGenerator<Group> {
  const groups = new Grouping(options);
  const whole = await readAsOne(part);
  if (whole !== null) {
    groups.add(whole);
    yield* groups.close(1);
    groups.checkSkipped();
    return;
  }
  const counter = kind.counter(part);
  const tee = new Tee(part, counter, options.progress);
  const lost = new LostFields();
  const told = new DriftOnce(context); // a kind and the fates of its units may tell of the same change
  const once: ParseContext = { ...context, drift: ({ kind, name }) => told.note(kind, name) };
  try {
    let gaveUp: ErrorCode | undefined;
    try {
      for await (const item of kind.parse(part, tee.chunks(), once)) {
        if (groups.isDue(item.end)) yield* groups.close(counter.takeUntil(groups.position));
        groups.add(item);
        lost.add(item);
      }
    } catch (thrown) {
      const fault = notFatal(thrown);
      if (fault !== tee.broken) gaveUp = fault.code;
    }
    lost.report(once);
    await drained(tee);
    const counted = counter.takeUntil(Number.POSITIVE_INFINITY);
    yield* groups.close(counted, gaveUp);
    const extra = tee.broken?.code ?? (isEmpty(tee, part) ? 'file-empty' : null);
    if (extra !== null) {
      groups.add(quarantinedRest(1, tee.position, extra));
      yield* groups.close(1);
    }
    groups.checkSkipped();
  } finally {
    await tee.close();
  }
}

/** Units of a part by its counter alone, for holding a ledger against the file. */
export async function countPart(kind: SourceKind, part: Part, progress?: (position: number) => void): Promise<number> {
  if (part.role === null || part.role === REFUSED_ROLE) return 1;
  const counter = kind.counter(part);
  const tee = new Tee(part, counter, progress);
  await drained(tee);
  return counter.takeUntil(Number.POSITIVE_INFINITY) + (tee.broken !== null || isEmpty(tee, part) ? 1 : 0);
}

/** The one unit of a part that is not looked into, or null. */
async function readAsOne(part: Part): Promise<Parsed | null> {
  if (part.role === null) return { is: 'excluded', units: 1, end: 0, day: null, reason: 'file-not-used' };
  if (part.role !== REFUSED_ROLE) return null;
  const fault = await part.open().then(
    () => new AfferentError('internal'),
    (thrown: unknown) => thrown,
  );
  return quarantinedRest(1, 0, notFatal(fault).code);
}

/** Counts what nobody has read. Throws what may pass: whether units follow is not known then. */
async function drained(tee: Tee): Promise<void> {
  await tee.drain();
  if (tee.broken !== null && mayPass(tee.broken)) throw tee.broken;
}

function isEmpty(tee: Tee, part: Part): boolean {
  return tee.broken === null && tee.position === 0 && part.mayBeEmpty !== true;
}

function notFatal(thrown: unknown): AfferentError {
  const fault = toAfferentError(thrown);
  if (FATAL.has(fault.code) || mayPass(fault)) throw fault;
  return fault;
}
