import { AfferentError } from '../../../schema/errors.ts';
import type { SourceKind } from '../../../schema/source.ts';
import { findArrivals } from '../reading/arrivals.ts';
import { claimed, hasColumn } from '../reading/claims.ts';
import { Clock } from '../reading/clock.ts';
import { baseName, entriesOf, toParts } from '../reading/container.ts';
import { RowCounter } from '../reading/count-rows.ts';
import { DriftOnce } from '../reading/drift.ts';
import { readTable } from '../reading/tables.ts';
import { rowOutcome, type WhoopRole } from './row.ts';

const FILES: Readonly<Record<string, WhoopRole>> = {
  'physiological_cycles.csv': 'cycle',
  'sleeps.csv': 'sleep',
  'workouts.csv': 'workout',
  'journal_entries.csv': 'journal',
};

/** The export of a WHOOP account, zipped or unpacked. */
export const whoop: SourceKind = {
  manifest: {
    kind: 'whoop',
    title: 'WHOOP export',
    unit: 'a row of a table below its header',
    yields: ['event', 'self-report'],
    mapped: false,
    version: 2,
  },
  arrivals: (path) => findArrivals(path, { isExport: (names) => names.some((name) => roleOf(name) !== null), deep: true }),
  async parts(arrival) {
    const entries = await entriesOf(arrival, true);
    return toParts(entries, await claimed(entries, roleOf, () => hasColumn('cycle_start_time', 'cycle_timezone')));
  },
  counter: () => new RowCounter(),
  parse({ role }, chunks, context) {
    if (role === null) throw new AfferentError('not-this-kind');
    const clock = new Clock(context);
    const needed = ['Cycle start time'];
    return readTable(chunks, { needed }, new DriftOnce(context), (row) => rowOutcome(role as WhoopRole, row, clock));
  },
};

function roleOf(name: string): WhoopRole | null {
  const base = baseName(name);
  return Object.hasOwn(FILES, base) ? (FILES[base] as WhoopRole) : null;
}
