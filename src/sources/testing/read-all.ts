import type { DriftChange, ParseContext, Parsed, SourceKind } from '../../../schema/source.ts';
import { countPart, type Group, partsOf, readPart } from '../account.ts';

/** A context in which nothing is declared, and everything up to 2030 has arrived. */
export function contextOf(given: Partial<ParseContext> = {}): ParseContext {
  return { mapping: {}, zone: null, account: null, arrivedMs: Date.UTC(2030, 0, 1), drift: () => {}, ...given };
}

export interface ReadPartResult {
  name: string;
  role: string | null;
  groups: Group[];
  items: Parsed[];
  counted: number;
  accounted: number;
  recounted: number;
}

/** Everything at a path, read as the pipeline reads it. */
export async function readAll(kind: SourceKind, path: string, context = contextOf(), groupUnits = 100): Promise<ReadPartResult[]> {
  const results: ReadPartResult[] = [];
  for (const arrival of await kind.arrivals(path)) {
    for (const part of await partsOf(kind, arrival)) {
      const groups: Group[] = [];
      for await (const group of readPart(kind, part, context, { groupUnits })) groups.push(group);
      const items = groups.flatMap((group) => group.items);
      results.push({
        name: part.name,
        role: part.role,
        groups,
        items,
        counted: sum(groups.map((group) => group.counted)),
        accounted: sum(items.map((item) => item.units)),
        recounted: await countPart(kind, part),
      });
    }
  }
  return results;
}

/** All items of a path. */
export async function itemsAt(kind: SourceKind, path: string, context = contextOf()): Promise<Parsed[]> {
  return (await readAll(kind, path, context)).flatMap((part) => part.items);
}

/** Units by outcome, such as `quarantined not-json: 2`. */
export function tally(items: Parsed[]): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const item of items) {
    const outcome = item.is === 'quarantined' || item.is === 'excluded' ? `${item.is} ${item.reason}` : item.is;
    counts[outcome] = (counts[outcome] ?? 0) + item.units;
  }
  return counts;
}

/** A context that collects what drifted. */
export function driftingContext(given: Partial<ParseContext> = {}): { context: ParseContext; drift: DriftChange[] } {
  const drift: DriftChange[] = [];
  return { context: contextOf({ ...given, drift: (change) => drift.push(change) }), drift };
}

function sum(numbers: number[]): number {
  return numbers.reduce((total, number) => total + number, 0);
}
