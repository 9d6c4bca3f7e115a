import type { JsonPath } from '../reading/document-paths.ts';

/** `messages.json` is one array. */
export const messagePaths: readonly JsonPath[] = [['[]']];
