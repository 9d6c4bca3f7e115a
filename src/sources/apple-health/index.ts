import { AfferentError } from '../../../schema/errors.ts';
import type { SourceKind } from '../../../schema/source.ts';
import { findArrivals } from '../reading/arrivals.ts';
import { baseName, type Entry, entriesOf, toParts } from '../reading/container.ts';
import { ChildCounter } from './count.ts';
import { parseExport } from './parse.ts';

const MARKS = /^(?:export(?:_cda)?\.xml|apple_health_export|workout-routes|electrocardiograms)$/;
const SNIFFED_BYTES = 64 * 1024;

/** The export of the Health app of an iPhone, zipped or unpacked. */
export const appleHealth: SourceKind = {
  manifest: {
    kind: 'apple-health',
    title: 'Apple Health export',
    unit: 'an element directly inside HealthData',
    yields: ['series', 'event'],
    mapped: false,
    version: 4,
  },
  arrivals: (path) => findArrivals(path, { isExport: (names) => names.some((name) => MARKS.test(name.toLowerCase())), deep: true }),
  async parts(arrival) {
    const entries = await entriesOf(arrival, true);
    const exports = new Set<Entry>();
    for (const entry of entries) if (await isExport(entry)) exports.add(entry);
    return toParts(entries, (entry) => (exports.has(entry) ? 'export' : null));
  },
  counter: () => new ChildCounter(),
  parse(part, chunks, context) {
    if (part.role !== 'export') throw new AfferentError('not-this-kind');
    return parseExport(chunks, context);
  },
};

/** The file's name is in the phone's language, so its beginning tells. What cannot be read is an export by its name. */
async function isExport(entry: Entry): Promise<boolean> {
  const base = baseName(entry.name);
  if (!base.endsWith('.xml') || entry.refused !== null) return false;
  if (base === 'export.xml') return true;
  try {
    let head = '';
    for await (const chunk of (await entry.open()) as AsyncIterable<Buffer>) {
      head += chunk.toString('latin1');
      if (head.length >= SNIFFED_BYTES) break;
    }
    return /<(?:!DOCTYPE\s+)?HealthData[\s>]/.test(head);
  } catch {
    return base !== 'export_cda.xml';
  }
}
