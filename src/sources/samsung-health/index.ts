import { AfferentError } from '../../../schema/errors.ts';
import type { Part, SourceKind } from '../../../schema/source.ts';
import { findArrivals } from '../reading/arrivals.ts';
import { Clock } from '../reading/clock.ts';
import { baseName, type Entry, entriesOf, toParts } from '../reading/container.ts';
import { JsonUnitCounter } from '../reading/count-document-units.ts';
import { RowCounter } from '../reading/count-rows.ts';
import type { JsonPath } from '../reading/document-paths.ts';
import { readDocument } from '../reading/documents.ts';
import { DriftOnce } from '../reading/drift.ts';
import { readTable } from '../reading/tables.ts';
import { binOutcome, binsRole, isBins } from './bins.ts';
import { rowOutcome } from './row.ts';
import { tableOf } from './tables.ts';

interface SamsungPart extends Part {
  /** Lines before the header: what the table is, or none. */
  preamble: number;
}

const LIST: readonly JsonPath[] = [['[]']];
const PREFIX = /^com\.samsung\.s?health\.(?:\w+\.)*/;

/** The download of personal data from Samsung Health, zipped or unpacked. */
export const samsungHealth: SourceKind = {
  manifest: {
    kind: 'samsung-health',
    title: 'Samsung Health',
    unit: 'a row of a table below its header, an entry of a list of minutes',
    yields: ['series', 'event'],
    mapped: false,
    version: 4,
  },
  arrivals: (path) => findArrivals(path, { isExport: (names) => names.some((name) => PREFIX.test(name.toLowerCase())), deep: true }),
  async parts(arrival): Promise<SamsungPart[]> {
    const entries = await entriesOf(arrival, true);
    const parts = toParts(entries, ({ name }) => tableOf(baseName(name)) ?? binsRole(name));
    const preambles = new Map<string, number>();
    for (const entry of entries) if (tableOf(baseName(entry.name)) !== null) preambles.set(entry.name, await preambleOf(entry));
    return parts.map((part) => ({ ...part, preamble: preambles.get(part.name) ?? 0 }));
  },
  counter: (part) => (isBins(part.role) ? new JsonUnitCounter(LIST) : new RowCounter(1 + (part as SamsungPart).preamble)),
  parse(part, chunks, context) {
    const { role, preamble } = part as SamsungPart;
    if (role === null) throw new AfferentError('not-this-kind');
    const clock = new Clock(context);
    const drift = new DriftOnce(context);
    if (isBins(role)) return readDocument(chunks, LIST, drift, (value) => binOutcome(role, value, clock));
    // Some tables write their type before the name of each column.
    const nameOf = (column: string): string => column.replace(PREFIX, '');
    return readTable(chunks, { preamble, nameOf, mayBeShort: true }, drift, (row) => rowOutcome(role, row, clock));
  },
};

/** Whether the first line is the type of the table, with two numbers, and not the header. */
async function preambleOf(entry: Entry): Promise<number> {
  let head = '';
  try {
    if (entry.refused !== null) return 0;
    for await (const chunk of (await entry.open()) as AsyncIterable<Buffer>) {
      head += chunk.toString('latin1');
      if (head.length > 1000 || head.includes('\n')) break;
    }
  } catch {
    // What cannot be read is quarantined where its turn comes.
    return 0;
  }
  return /^\s*com\.samsung\.[\w.]+(?:,\d*){0,3}\s*(?:\r|\n|$)/.test(head) ? 1 : 0;
}
