import { AfferentError } from '../../../schema/errors.ts';
import type { SourceKind } from '../../../schema/source.ts';
import { findArrivals } from '../reading/arrivals.ts';
import { says } from '../reading/claims.ts';
import { baseName, type Entry, entriesOf, toParts } from '../reading/container.ts';
import { headOf } from '../reading/head-of.ts';
import { counterOf } from './count.ts';
import { parseJetstream } from './jetstream.ts';
import { parseRecords, placeOf } from './parse-json.ts';
import { parseRepository } from './parse-repository.ts';

const ANSWERS = /^(?:records|feed|posts)\.json$/;

const IN_JSON: ReadonlySet<string> = new Set(['json', 'lines', 'pages', 'collections', 'record']);

/** A repository of Bluesky as its server hands it out, or records of it in JSON. */
export const bluesky: SourceKind = {
  manifest: {
    kind: 'bluesky',
    title: 'Bluesky repository (CAR) or records (JSON)',
    unit: 'a block of a repository, an entry of a JSON list of records, a line, or a file of one record',
    yields: ['post'],
    mapped: false,
    version: 4,
    pushes: { 'application/vnd.afferent.jetstream': 'jetstream' },
  },
  arrivals: (path) => findArrivals(path, { isExport: () => false, deep: false }),
  async parts(arrival) {
    const entries = await entriesOf(arrival, true);
    const roles = new Map<Entry, string | null>();
    for (const entry of entries) roles.set(entry, entry.refused === null ? await roleOf(entry) : null);
    const parts = toParts(
      entries,
      (entry) => roles.get(entry) ?? null,
      (role) => role === 'repository',
    );
    return parts.map((part) =>
      part.role === 'record' ? { ...part, place: placeOf(`${arrival.path}/${part.name}`) ?? placeOf(arrival.path) } : part,
    );
  },
  counter: (part) => counterOf(part.role),
  parse(part, chunks, context) {
    if (part.role === 'jetstream') return parseJetstream(chunks, context);
    if (part.role === 'repository') return parseRepository(part, chunks, context);
    if (part.role !== null && IN_JSON.has(part.role)) return parseRecords(part, chunks, context);
    throw new AfferentError('not-this-kind');
  },
};

/** JSON of other things lies beside exports: what is not named as an answer must speak of records. */
async function roleOf(entry: Entry): Promise<string | null> {
  const base = baseName(entry.name);
  if (base.endsWith('.car')) return 'repository';
  if (base.endsWith('.jsonl') || base.endsWith('.ndjson')) return 'lines';
  if (!base.endsWith('.json')) return null;
  const head = await headOf(entry);
  const isAnswer = ANSWERS.test(base);
  if (!says(head)) return isAnswer ? 'json' : null;
  return isAnswer || head.includes('app.bsky.') ? formOf(head) : null;
}

const LISTS = /^\s*\{(?:\s*"\w+"\s*:\s*(?:"[^"]*"|null|\d+)\s*,)*\s*"(?:records|feed|posts)"\s*:/;

/** How records stand in JSON, by its beginning; null where they do not. */
function formOf(head: string): string | null {
  if (/^\s*\[\s*\{\s*"(?:cursor|records|feed)"\s*:/.test(head)) return 'pages';
  if (/^\s*\[/.test(head) || LISTS.test(head)) return 'json';
  if (/^\s*\{\s*"app\.bsky\.[\w.]+"\s*:\s*\[/.test(head)) return 'collections';
  return /^\s*\{(?:[^{}[\]]*"\$type"\s*:\s*"app\.bsky\.|\s*"(?:uri|cid|value|text|createdAt|\$type)"\s*:)/.test(head) ? 'record' : null;
}
