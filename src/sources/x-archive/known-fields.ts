import type { Types } from '../reading/drift.ts';

/** Fields of a tweet in archives seen so far; any other is reported as drift. */
export const knownFields: ReadonlySet<string> = new Set([
  ...['id', 'id_str', 'created_at', 'full_text', 'text', 'truncated', 'display_text_range', 'lang', 'source', 'user', 'edit_info'],
  ...['entities', 'extended_entities', 'favorite_count', 'favorited', 'retweet_count', 'retweeted', 'retweeted_status'],
  ...['in_reply_to_status_id', 'in_reply_to_status_id_str', 'in_reply_to_user_id', 'in_reply_to_user_id_str', 'in_reply_to_screen_name'],
  ...['quoted_status_id', 'quoted_status_id_str', 'quoted_status', 'quoted_status_permalink', 'is_quote_status'],
  ...['conversation_id', 'conversation_id_str', 'possibly_sensitive', 'possibly_sensitive_appealable', 'geo', 'coordinates', 'place'],
  ...['contributors', 'scopes', 'withheld_copyright', 'withheld_in_countries', 'withheld_scope', 'card', 'self_thread'],
]);

/** Types that these fields have had; large ids and counts are text in some archives. */
export const knownTypes: Types = {
  ...{ id_str: 'string', created_at: 'string', full_text: 'string', text: 'string', lang: 'string', entities: 'object' },
  ...{ id: ['string', 'number'], in_reply_to_status_id_str: 'string', conversation_id_str: 'string', retweeted_status: 'object' },
};
