import { AfferentError } from '../../../schema/errors.ts';
import type { SourceKind } from '../../../schema/source.ts';
import { findArrivals } from '../reading/arrivals.ts';
import { baseName, type Entry, entriesOf, toParts } from '../reading/container.ts';
import { MarkerCounter } from '../reading/count-marked.ts';
import { headOf } from '../reading/head-of.ts';
import { MessageCounter } from './count.ts';
import { parsePage } from './page.ts';
import { parseResult } from './parse.ts';
import { MESSAGE } from './places.ts';

const PAGE = /^messages\d*\.html$/;
const RESULT = /^result(?:[ _-]?\(?\d+\)?)?\.json$/;

/** What Telegram's desktop app exports as JSON: one chat, or all of an account. */
export const telegram: SourceKind = {
  manifest: {
    kind: 'telegram',
    title: 'Telegram export (result.json, messages.html)',
    unit: 'a message of a chat',
    yields: ['post'],
    mapped: false,
    version: 3,
  },
  arrivals: (path) =>
    findArrivals(path, {
      isExport: (names) => names.some((name) => RESULT.test(name.toLowerCase()) || PAGE.test(name.toLowerCase())),
      deep: true,
    }),
  async parts(arrival) {
    const entries = await entriesOf(arrival, true);
    const results = new Set<Entry>();
    for (const entry of entries) if (await isResult(entry)) results.add(entry);
    // Pages beside it say the same with less.
    const hasResult = results.size > 0;
    return toParts(entries, (entry) => (results.has(entry) ? 'messages' : !hasResult && PAGE.test(baseName(entry.name)) ? 'page' : null));
  },
  counter: (part) => (part.role === 'page' ? new MarkerCounter(MESSAGE) : new MessageCounter()),
  parse(part, chunks, context) {
    if (part.role === 'page') return parsePage(chunks, context);
    if (part.role !== 'messages') throw new AfferentError('not-this-kind');
    return parseResult(chunks, context);
  },
};

/** Other JSON lies beside exports, and people rename files: what begins like an export is one. */
async function isResult(entry: Entry): Promise<boolean> {
  const base = baseName(entry.name);
  if (RESULT.test(base)) return true;
  if (!base.endsWith('.json') || entry.refused !== null) return false;
  const head = await headOf(entry);
  return /^\s*\{/.test(head) && /"date_unixtime"|"from_id"|"personal_information"/.test(head);
}
