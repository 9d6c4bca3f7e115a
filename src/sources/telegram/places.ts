import type { JsonPath } from '../reading/document-paths.ts';

const CHATS: readonly JsonPath[] = [[], ['chats', 'list', '[]'], ['left_chats', 'list', '[]']];

/** Where messages lie: in the export of one chat, or in each chat of a full export. */
export const messagePaths: readonly JsonPath[] = CHATS.map((chat) => [...chat, 'messages', '[]']);

/** What stands before them: whose export it is, and each chat's kind and id. */
export const factPaths: readonly JsonPath[] = [
  ['personal_information'],
  ...CHATS.flatMap((chat) => [
    [...chat, 'type'],
    [...chat, 'id'],
    [...chat, 'name'],
  ]),
];

/** What each message of a page begins with. */
export const MESSAGE = '<div class="message ';
