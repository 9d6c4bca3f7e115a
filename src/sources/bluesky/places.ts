import type { JsonPath } from '../reading/document-paths.ts';

/** Where records lie: in a page of `listRecords`, of a feed or of a search, or in a bare array. */
export const recordPaths: readonly JsonPath[] = [['records', '[]'], ['feed', '[]'], ['posts', '[]'], ['[]']];

/** Forms of JSON besides: several pages in one array, lists by their collection. */
export const otherPaths: Readonly<Record<string, readonly JsonPath[]>> = {
  pages: [
    ['[]', 'records', '[]'],
    ['[]', 'feed', '[]'],
    ['[]', 'posts', '[]'],
  ],
  collections: [['*', '[]']],
};

/** Where the records of a part with this role lie. */
export function pathsOf(role: string | null): readonly JsonPath[] {
  return otherPaths[role ?? ''] ?? recordPaths;
}
