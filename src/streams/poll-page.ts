import { AfferentError } from '../../schema/errors.ts';
import type { PollSettings } from '../../schema/streams.ts';
import type { Answer } from './vendor-request.ts';

/** Items of a page as lines, or null where it has none; and where the next page is. */
export interface Page {
  lines: Buffer | null;
  next: string | null;
}

/** @throws AfferentError `feed-odd` where the items are not where the settings say */
export function pageOf(answer: Answer, settings: Pick<PollSettings, 'items' | 'nextField'>): Page {
  const items = valueAt(answer.json, settings.items);
  if (!Array.isArray(items)) throw new AfferentError('feed-odd');
  const lines = items.map((item) => `${JSON.stringify(item)}\n`).join('');
  return { lines: lines === '' ? null : Buffer.from(lines), next: nextOf(answer, settings.nextField) };
}

function nextOf(answer: Answer, field: string | undefined): string | null {
  if (field === undefined) return answer.next;
  const next = valueAt(answer.json, field);
  if (typeof next === 'number') return String(next);
  return typeof next === 'string' && next !== '' ? next : null;
}

function valueAt(json: unknown, path: string): unknown {
  let value = json;
  for (const step of path === '' ? [] : path.split('.')) {
    if (typeof value !== 'object' || value === null || !Object.hasOwn(value, step)) return undefined;
    value = (value as Record<string, unknown>)[step];
  }
  return value;
}
