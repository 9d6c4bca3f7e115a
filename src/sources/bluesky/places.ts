import type { JsonPath } from '../reading/document-paths.ts';

/** Where records lie: in a page of `listRecords`, of a feed or of a search, or in a bare array. */
export const recordPaths: readonly JsonPath[] = [['records', '[]'], ['feed', '[]'], ['posts', '[]'], ['[]']];
