import { AfferentError } from '../../../schema/errors.ts';
import type { Part, SourceKind } from '../../../schema/source.ts';
import { findArrivals } from '../reading/arrivals.ts';
import { baseName, type Entry, entriesOf, toParts } from '../reading/container.ts';
import { headOf } from '../reading/head-of.ts';
import { AnswerCounter } from './count.ts';
import { parseBeeps } from './parse.ts';
import { isMeta, peopleIn } from './people.ts';

interface BeepsPart extends Part {
  people: ReadonlySet<string>;
}

/** Experience sampling with m-Path: answers to the questions of each beep. */
export const mPath: SourceKind = {
  manifest: {
    kind: 'm-path',
    title: 'm-Path (experience sampling)',
    unit: 'a filled cell of a question’s column; a beep without an answer',
    yields: ['self-report'],
    mapped: false,
    version: 3,
  },
  arrivals: (path) => findArrivals(path, { isExport: () => false, deep: false }),
  async parts(arrival): Promise<BeepsPart[]> {
    const entries = await entriesOf(arrival, true);
    const beeps = new Map<string, ReadonlySet<string>>();
    for (const entry of entries) if (await holdsBeeps(entry)) beeps.set(entry.name, await peopleIn(entry));
    const parts = toParts(entries, (entry) => (beeps.has(entry.name) ? 'beeps' : null));
    return parts.map((part) => ({ ...part, people: beeps.get(part.name) ?? new Set() }));
  },
  counter: () => new AnswerCounter(),
  parse(part, chunks, context) {
    if (part.role !== 'beeps') throw new AfferentError('not-this-kind');
    return parseBeeps(chunks, (part as BeepsPart).people, context);
  },
};

/** A table under the export's own name, but not the one that explains the columns; a renamed one by its header. */
async function holdsBeeps(entry: Entry): Promise<boolean> {
  const base = baseName(entry.name);
  if (!base.endsWith('.csv') || entry.refused !== null || (await isMeta(entry))) return false;
  return /_basic\.csv$/.test(base) || /questionListName/.test(await headOf(entry));
}
