import { baseName, type Entry } from '../reading/container.ts';
import { asObject } from '../reading/json-values.ts';
import { repairMojibake } from '../reading/mojibake.ts';
import { smallJson } from '../reading/small-json.ts';

export type FacebookRole = 'posts' | 'comments' | 'messages' | 'others';

const NAMES: readonly (readonly [RegExp, FacebookRole])[] = [
  [/^other_people.*posts_to_your_timeline.*\.json$/, 'others'],
  [/^(?:your_)?posts?(?:__.*)?(?:_\d+)?\.json$/, 'posts'],
  [
    /^(?:your_posts_in_groups|your_posts_and_comments_in_groups|group_posts(?:_and_comments)?|posts_on_other_pages_and_profiles|archive|your_pages_posts)(?:_\d+)?\.json$/,
    'posts',
  ],
  [/^(?:your_)?(?:comments|comments_in_groups|group_comments|your_comments_in_groups)(?:_\d+)?\.json$/, 'comments'],
  [/^your_posts__check_ins.*\.json$/, 'posts'],
  [/^message_\d+\.json$/, 'messages'],
];

export function roleOf(name: string): FacebookRole | null {
  const base = baseName(name);
  return NAMES.find(([pattern]) => pattern.test(base))?.[1] ?? null;
}

/** The account's own name as posts and comments give it, or null. */
export async function nameIn(entries: readonly Entry[]): Promise<string | null> {
  for (const entry of entries) {
    if (!/^profile_information(?:_v\d)?\.json$/.test(baseName(entry.name))) continue;
    const facts = asObject(await smallJson(entry)) ?? {};
    const profile = asObject(facts.profile_v2) ?? asObject(facts.profile_v1) ?? asObject(facts.profile);
    const name = asObject(profile?.name)?.full_name;
    if (typeof name === 'string' && name !== '') return repairMojibake(name);
  }
  return null;
}
