import { AfferentError } from '../../../schema/errors.ts';
import type { SourceKind } from '../../../schema/source.ts';
import { findArrivals } from '../reading/arrivals.ts';
import { entriesOf, toParts } from '../reading/container.ts';
import { counterOf } from './count.ts';
import { roleOf } from './files.ts';
import { parseData, parseText } from './parse.ts';

/** The data that TikTok lets its users download, as JSON or as text, zipped or unpacked. */
export const tiktok: SourceKind = {
  manifest: {
    kind: 'tiktok',
    title: 'TikTok data download',
    unit: 'an entry of a list of the JSON form; an entry that begins with “Date:” of the text form',
    yields: ['post'],
    mapped: false,
    version: 2,
  },
  arrivals: (path) => findArrivals(path, { isExport: (names) => names.some((name) => roleOf(name) !== null), deep: true }),
  parts: async (arrival) => toParts(await entriesOf(arrival, true), (entry) => roleOf(entry.name)),
  counter: (part) => counterOf(part.role),
  parse(part, chunks, context) {
    if (part.role === 'data') return parseData(chunks, context);
    if (part.role === 'comments-text') return parseText(chunks, 'comment', context);
    if (part.role === 'posts-text') return parseText(chunks, 'post', context);
    throw new AfferentError('not-this-kind');
  },
};
