/** Fields of a message in exports seen so far; any other is reported as drift. */
export const knownFields: ReadonlySet<string> = new Set([
  ...['id', 'type', 'date', 'date_unixtime', 'edited', 'edited_unixtime', 'from', 'from_id', 'author', 'actor', 'actor_id', 'action'],
  ...['text', 'text_entities', 'reply_to_message_id', 'reply_to_peer_id', 'forwarded_from', 'forwarded_from_id', 'forwarded_date'],
  ...['saved_from', 'via_bot', 'signature', 'reactions', 'inline_bot_buttons', 'media_spoiler', 'self_destruct_period_seconds'],
  ...['photo', 'photo_file_size', 'file', 'file_name', 'file_size', 'thumbnail', 'thumbnail_file_size', 'media_type', 'mime_type'],
  ...['width', 'height', 'duration_seconds', 'sticker_emoji', 'performer', 'title', 'location_information', 'place_name', 'address'],
  ...['live_location_period_seconds', 'contact_information', 'contact_vcard', 'contact_vcard_file_size', 'poll', 'game_title'],
  ...['game_description', 'game_link', 'invoice_information', 'members', 'inviter', 'message_id', 'discard_reason', 'emoticon', 'boosts'],
  ...['new_title', 'period', 'gift_id', 'giveaway_information', 'paid_stars_amount', 'topic_id', 'is_album', 'grouped_id', 'todo_list'],
]);
