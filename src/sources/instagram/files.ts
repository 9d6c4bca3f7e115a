import { baseName, type Entry } from '../reading/container.ts';
import { asObject, type JsonObject, objectsIn } from '../reading/json-values.ts';
import { smallJson } from '../reading/small-json.ts';

export type InstagramRole = 'posts' | 'deleted' | 'stories' | 'comments' | 'messages' | 'old-media' | 'old-comments' | 'old-messages';

const NAMES: readonly (readonly [RegExp, InstagramRole])[] = [
  [/^(?:posts|igtv_videos|reels|archived_posts|threads_and_replies|other_content)(?:_\d+)?\.json$/, 'posts'],
  [/^recently_deleted_content(?:_\d+)?\.json$/, 'deleted'],
  [/^stories(?:_\d+)?\.json$/, 'stories'],
  [/^(?:post_comments|reels_comments|stories_comments|live_comments|hype)(?:_\d+)?\.json$/, 'comments'],
  [/^message_\d+\.json$/, 'messages'],
  [/^media\.json$/, 'old-media'],
  [/^comments\.json$/, 'old-comments'],
  [/^(?:messages|secret_conversations)\.json$/, 'old-messages'],
];

export function roleOf(name: string): InstagramRole | null {
  const base = baseName(name);
  return NAMES.find(([pattern]) => pattern.test(base))?.[1] ?? null;
}

/** The account's name, where the export says it. */
export async function usernameIn(entries: readonly Entry[]): Promise<string | null> {
  for (const entry of entries) {
    const base = baseName(entry.name);
    if (base !== 'personal_information.json' && base !== 'profile.json') continue;
    const facts = asObject(await smallJson(entry));
    const found = facts?.username ?? usernameOf(objectsIn(facts?.profile_user)[0]);
    if (typeof found === 'string' && found !== '') return found;
  }
  return null;
}

/** Labels are in the account's language; the name is the one value without spaces under a label of that meaning. */
function usernameOf(user: JsonObject | undefined): unknown {
  const map = asObject(user?.string_map_data) ?? {};
  return asObject(map.Username)?.value ?? asObject(map.Benutzername)?.value ?? asObject(map.Gebruikersnaam)?.value;
}
