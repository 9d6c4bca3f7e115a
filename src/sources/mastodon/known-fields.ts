import type { Types } from '../reading/drift.ts';

/** Types of activities that an outbox holds. */
export const knownActivities: ReadonlySet<string> = new Set(['Create', 'Announce', 'Update', 'Delete', 'Undo', 'Like', 'Add', 'Move']);

/** Fields of a post in outboxes seen so far; any other is reported as drift. */
export const knownFields: ReadonlySet<string> = new Set([
  ...['@context', 'id', 'type', 'name', 'summary', 'content', 'contentMap', 'source', 'published', 'updated', 'url', 'attributedTo'],
  ...['to', 'cc', 'bto', 'bcc', 'audience', 'sensitive', 'atomUri', 'inReplyTo', 'inReplyToAtomUri', 'conversation', 'context'],
  ...['attachment', 'tag', 'replies', 'likes', 'shares', 'reactions', 'emoji', 'directMessage', 'localOnly', 'commentsEnabled'],
  ...['oneOf', 'anyOf', 'endTime', 'closed', 'votersCount', 'expires', 'mediaType', 'blurhash', 'height', 'width'],
  ...['quote', 'quoteUri', 'quoteUrl', '_misskey_quote', 'quoteAuthorization', 'interactionPolicy', 'summaryMap', 'icon', 'image'],
]);

/** Types that fields of a post have had. */
export const knownTypes: Types = {
  ...{ id: 'string', type: 'string', content: 'string', published: 'string', summary: 'string', sensitive: 'boolean' },
  ...{ to: 'array', cc: 'array', tag: 'array', attachment: 'array', contentMap: 'object' },
};
