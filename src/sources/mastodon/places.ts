import type { JsonPath } from '../reading/document-paths.ts';

/** Where activities lie: in the collection of an outbox, in a page of one, or in a bare array. */
export const activityPaths: readonly JsonPath[] = [['orderedItems', '[]'], ['items', '[]'], ['first', 'orderedItems', '[]'], ['[]']];
