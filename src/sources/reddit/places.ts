import type { JsonPath } from '../reading/document-paths.ts';

/** Where posts and comments lie: in a bare array, or in a listing of the site's interface. */
export const listPaths: readonly JsonPath[] = [['[]'], ['data', '[]'], ['data', 'children', '[]']];
