import type { JsonPath } from '../reading/json-paths.ts';

/** `messages.json` is one array. */
export const messagePaths: readonly JsonPath[] = [[]];
