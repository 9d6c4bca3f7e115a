import { AfferentError } from '../../../schema/errors.ts';
import type { Part, SourceKind } from '../../../schema/source.ts';
import { findArrivals } from '../reading/arrivals.ts';
import { says } from '../reading/claims.ts';
import { baseName, type Entry, entriesOf, toParts } from '../reading/container.ts';
import { conforms } from './check.ts';
import { counterFor } from './count.ts';
import { type Form, parsePoints } from './parse.ts';
import { schemaOfPath, type Told } from './schema-of.ts';

interface PointsPart extends Part {
  told: Told | null;
}

const SNIFFED_BYTES = 4096;

/** Data points of Open mHealth and IEEE 1752.1: JSON in any number of values, arrays, answers of a server, or lines. */
export const openMhealth: SourceKind = {
  manifest: {
    kind: 'open-mhealth',
    title: 'Open mHealth and IEEE 1752.1 data points',
    unit: 'a data point: a line of NDJSON, a JSON value, or an element of an array',
    yields: ['series', 'event'],
    mapped: false,
    version: 3,
    pushes: { 'application/x-ndjson': 'lines', 'application/json': 'values', 'application/json[]': 'array' },
  },
  arrivals: (path) => findArrivals(path, { isExport: () => false, deep: false }),
  async parts(arrival): Promise<PointsPart[]> {
    const entries = await entriesOf(arrival, true);
    const toldBy = (name: string): Told | null => schemaOfPath(arrival.form === 'zip' || name.includes('/') ? name : arrival.path);
    const forms = new Map<Entry, Form>();
    for (const entry of entries) {
      const form = await formOf(entry, toldBy(entry.name));
      if (form !== null) forms.set(entry, form);
    }
    return toParts(entries, (entry) => forms.get(entry) ?? null).map((part) => ({ ...part, told: toldBy(part.name) }));
  },
  counter: (part) => counterFor(part.role),
  parse(part, chunks, context) {
    if (part.role === null) throw new AfferentError('not-this-kind');
    return parsePoints(chunks, part.role as Form, (part as Partial<PointsPart>).told ?? null, context);
  },
};

const POINT = /"(?:header|body|schema_id|schema_name|effective_time_frame|shim)"\s*:/;

/** How data points stand in a file, by its name and its beginning; null for a file that is not read. */
async function formOf(entry: Entry, told: Told | null): Promise<Form | null> {
  const base = baseName(entry.name);
  const isLines = base.endsWith('.ndjson') || base.endsWith('.jsonl');
  if (isLines && entry.refused !== null) return 'lines';
  if (!(isLines || base.endsWith('.json')) || entry.refused !== null) return null;
  const head = await headOf(entry);
  if (isLines) return !says(head) || !/^\s*\{/.test(head) || POINT.test(head) ? 'lines' : null;
  // JSON of other makers may lie beside: a point has a header or a body, and a schema's name, a user or a time in it.
  if (told === null && head !== '' && !POINT.test(head)) return null;
  // An array is a list of points, but under the name of a schema that is a list itself.
  if (/^\s*\[/.test(head)) return told?.rule && conforms([], told.rule) ? 'values' : 'array';
  if (told !== null) return 'values';
  // Servers wrap the points: {"shim": …, "body": [ … ]}.
  return /^\s*\{(?:\s*"\w+"\s*:\s*(?:"[^"]*"|[\w.+-]+)\s*,)*\s*"\w+"\s*:\s*\[/.test(head) ? 'lists' : 'values';
}

/** The beginning of a file; what cannot be opened fails where the part is read. */
async function headOf(entry: Entry): Promise<string> {
  let head = '';
  try {
    for await (const chunk of (await entry.open()) as AsyncIterable<Buffer>) {
      head += chunk.toString('latin1', 0, SNIFFED_BYTES);
      if (head.length >= SNIFFED_BYTES) break;
    }
  } catch {
    return head;
  }
  return head;
}
