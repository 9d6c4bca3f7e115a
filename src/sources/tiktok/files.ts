import { baseName } from '../reading/container.ts';

export type TiktokRole = 'data' | 'comments-text' | 'posts-text';

/** Downloads have one JSON file, or a text file for each section. */
export function roleOf(name: string): TiktokRole | null {
  const base = baseName(name);
  if (/^user_data(?:_tiktok)?(?:_\d+)?\.json$/.test(base)) return 'data';
  if (/^comments?\.txt$/.test(base)) return 'comments-text';
  return /^(?:posts?|videos?|posted videos)\.txt$/.test(base) ? 'posts-text' : null;
}
