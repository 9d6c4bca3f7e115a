import { AfferentError } from '../../../schema/errors.ts';
import type { SourceKind } from '../../../schema/source.ts';
import { findArrivals } from '../reading/arrivals.ts';
import { claimed } from '../reading/claims.ts';
import { Clock } from '../reading/clock.ts';
import { baseName, entriesOf, toParts } from '../reading/container.ts';
import { RowCounter } from '../reading/count-rows.ts';
import { delimiterOf, parseRows } from '../reading/csv-rows.ts';
import { DriftOnce } from '../reading/drift.ts';
import { readTable } from '../reading/tables.ts';
import { ListCounter } from './count.ts';
import { parseRaw } from './raw.ts';
import { dayOutcome, type RowRole, rowOutcome } from './row.ts';

/** The download of one's data from Withings, zipped or unpacked. */
export const withings: SourceKind = {
  manifest: {
    kind: 'withings',
    title: 'Withings export',
    unit: 'a row of a table below its header; in raw files a value of its list',
    yields: ['series', 'event'],
    mapped: false,
    version: 3,
  },
  arrivals: (path) => findArrivals(path, { isExport: (names) => names.some((name) => roleOf(name) !== null), deep: true }),
  async parts(arrival) {
    const entries = await entriesOf(arrival, true);
    return toParts(entries, await claimed(entries, roleOf, (role) => (role === 'raw' ? null : beginsWithTime)));
  },
  counter: ({ role }) => (role === 'raw' ? new ListCounter() : new RowCounter()),
  parse({ role, name }, chunks, context) {
    const clock = new Clock(context);
    const drift = new DriftOnce(context);
    if (role === null) throw new AfferentError('not-this-kind');
    if (role === 'raw') return parseRaw(chunks, name, clock, drift);
    return readTable(chunks, { mayBeShort: true }, drift, (row) =>
      role === 'day' ? dayOutcome(name, row, clock) : rowOutcome(role as RowRole, row, clock),
    );
  },
};

const TIMELESS = new Clock({ mapping: {}, zone: null, account: null, arrivedMs: 0, drift: () => {} });

/** Tables of other makers have the same names. Headers are in any language: whose table it is is told by rows that begin with a time. */
function beginsWithTime(head: string): boolean {
  const [header = '', ...lines] = head.split(/[\r\n]+/).filter((line) => line.trim() !== '');
  const rows = parseRows(lines.slice(0, 20), delimiterOf(header));
  return rows.length === 0 || rows.some((cells) => TIMELESS.at(cells?.[0]?.slice(0, 30)) !== null);
}

/** Names of files are the same in every language. Where somebody was is not collected. */
function roleOf(name: string): 'raw' | 'day' | RowRole | null {
  const base = baseName(name);
  if (/^raw_[a-z-]+_(?!latitude|longitude|(?:horizontal|vertical)-radius).+\.csv$/.test(base)) return 'raw';
  if (/^aggregates_.+\.csv$/.test(base)) return 'day';
  return (/^(sleep|activities|weight|bp|height|oxy)\.csv$/.exec(base)?.[1] as RowRole | undefined) ?? null;
}
