import { baseName } from '../reading/container.ts';
import { momentFrom } from '../reading/time.ts';

/** Dates that stand by themselves in the name of a file: of a range the first and the last day. */
const DATES = /(?<![^_])(\d{4})-(\d{2})-(\d{2})(?=[_.])|(?<=_\d{8}_)(\d{4})(\d{2})(\d{2})(?=[_.])/g;

/** The last date in the name of a list, as its midnight in UTC; null where there is none. */
function dateIn(name: string): string | null {
  const base = baseName(name);
  if (!base.endsWith('.json')) return null;
  const dates = [...base.matchAll(DATES)].map((found) => found.slice(1).filter((part) => part !== undefined));
  const times = dates.map((parts) => momentFrom(parts.join('-'), null)?.utc ?? null);
  return latest(times);
}

function latest(times: readonly (string | null)[]): string | null {
  return times.reduce((a, b) => (a === null || (b !== null && b > a) ? b : a), null);
}

/** What stands in front of an export's own folders; null for a file that lies outside of them. */
function rootOf(name: string): string | null {
  const found = /(?:^|\/)di[_-]connect/i.exec(name);
  return found === null ? null : name.slice(0, found.index);
}

/**
 * When the export was made that a file is of, as far as names tell. Lists of older days end before it: what lies in folders of one export is
 * as late as the latest of them. Files that lie about on their own may be of several exports: each is as late as its own name says.
 */
export function exportTimes(names: readonly string[]): (name: string) => string | null {
  const byRoot = Map.groupBy(names, rootOf);
  const latestOf = new Map([...byRoot].map(([root, inside]) => [root, latest(inside.map(dateIn))]));
  return (name) => {
    const root = rootOf(name);
    return (root === null ? dateIn(name) : null) ?? latestOf.get(root) ?? null;
  };
}
