import { AfferentError } from '../../../schema/errors.ts';
import type { SourceKind } from '../../../schema/source.ts';
import { findArrivals } from '../reading/arrivals.ts';
import { says } from '../reading/claims.ts';
import { baseName, type Entry, entriesOf, toParts } from '../reading/container.ts';
import { headOf } from '../reading/head-of.ts';
import { counterOf } from './count.ts';
import { parseJetstream } from './jetstream.ts';
import { parseRecords } from './parse-json.ts';
import { parseRepository } from './parse-repository.ts';

const ANSWERS = /^(?:records|feed|posts)\.json$/;

/** A repository of Bluesky as its server hands it out, or records of it in JSON. */
export const bluesky: SourceKind = {
  manifest: {
    kind: 'bluesky',
    title: 'Bluesky repository (CAR) or records (JSON)',
    unit: 'a block of a repository, an entry of a JSON list of records, or a line',
    yields: ['post'],
    mapped: false,
    version: 2,
    pushes: { 'application/vnd.afferent.jetstream': 'jetstream' },
  },
  arrivals: (path) => findArrivals(path, { isExport: () => false, deep: false }),
  async parts(arrival) {
    const entries = await entriesOf(arrival, true);
    const roles = new Map<Entry, string | null>();
    for (const entry of entries) roles.set(entry, entry.refused === null ? await roleOf(entry) : null);
    return toParts(
      entries,
      (entry) => roles.get(entry) ?? null,
      (role) => role === 'repository',
    );
  },
  counter: (part) => counterOf(part.role),
  parse(part, chunks, context) {
    if (part.role === 'jetstream') return parseJetstream(chunks, context);
    if (part.role === 'repository') return parseRepository(part, chunks, context);
    if (part.role === 'json' || part.role === 'lines') return parseRecords(part, chunks, context);
    throw new AfferentError('not-this-kind');
  },
};

/** JSON of other things lies beside exports: what is not named as an answer must speak of records. */
async function roleOf(entry: Entry): Promise<'repository' | 'json' | 'lines' | null> {
  const base = baseName(entry.name);
  if (base.endsWith('.car')) return 'repository';
  if (base.endsWith('.jsonl') || base.endsWith('.ndjson')) return 'lines';
  if (!base.endsWith('.json')) return null;
  const head = await headOf(entry);
  if (head.includes('app.bsky.')) return 'json';
  return ANSWERS.test(base) && (!says(head) || /"(?:records|feed|uri|cid|posts)"\s*:|^\s*\[/.test(head)) ? 'json' : null;
}
