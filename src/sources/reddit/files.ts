import { hasColumn, says } from '../reading/claims.ts';
import { baseName, type Entry } from '../reading/container.ts';
import { parseRows } from '../reading/csv-rows.ts';
import { headOf } from '../reading/head-of.ts';
import { momentFrom } from '../reading/time.ts';

/** What a file is: tables of the account's own data, words to single people, or a dump. Null for what is not read. */
export type RedditRole = 'posts' | 'comments' | 'messages' | 'lines' | 'list';

const TABLES: readonly (readonly [RegExp, RedditRole])[] = [
  [/^posts(?: ?\(\d+\))?\.csv$/, 'posts'],
  [/^comments(?: ?\(\d+\))?\.csv$/, 'comments'],
  [/^(?:messages|messages_archive|chat_history)(?: ?\(\d+\))?\.csv$/, 'messages'],
];
const LINES = /\.(?:jsonl|ndjson)$|^r[cs]_\d{4}-\d{2}$/;

export async function roleOf(entry: Entry): Promise<RedditRole | null> {
  const base = baseName(entry.name);
  const table = TABLES.find(([pattern]) => pattern.test(base))?.[1];
  if (table !== undefined) return (await isOwn(entry, table)) ? table : null;
  if (LINES.test(base)) return (await isDump(entry)) ? 'lines' : null;
  if (!base.endsWith('.json') || entry.refused !== null) return null;
  const head = (await headOf(entry)).trimStart();
  if (!head.includes('"created_utc"')) return null;
  return head.startsWith('[') || /^\{\s*"(?:kind|data)"/.test(head) ? 'list' : 'lines';
}

/** Columns of which one is in every such table of Reddit: others have posts, comments and messages as well. */
const COLUMNS: Readonly<Record<string, (head: string) => boolean>> = {
  posts: hasColumn('permalink', 'subreddit', 'gildings', 'body'),
  comments: hasColumn('permalink', 'subreddit', 'gildings', 'body'),
  messages: hasColumn('permalink', 'thread_id', 'body', 'message_id', 'channel_url', 'subject'),
};

/** Lines of JSON are anybody's: those of a dump name a community or say when they were written. */
async function isDump(entry: Entry): Promise<boolean> {
  const head = entry.refused === null ? await headOf(entry) : '';
  return !says(head) || !/^\s*\{/.test(head) || /"(?:created_utc|subreddit|permalink|link_id|body|selftext)"\s*:/.test(head);
}

async function isOwn(entry: Entry, role: RedditRole): Promise<boolean> {
  const head = entry.refused === null ? await headOf(entry) : '';
  return !says(head) || COLUMNS[role]?.(head) !== false;
}

/** What the account's own export says about itself; null where it does not. */
export interface ExportFacts {
  username: string | null;
  /** Time of the export, ISO with milliseconds. */
  exported: string | null;
}

/** Reads `statistics.csv`. */
export async function readFacts(entries: readonly Entry[]): Promise<ExportFacts> {
  const entry = entries.find(({ name, refused }) => refused === null && baseName(name) === 'statistics.csv');
  const lines = entry === undefined ? [] : (await headOf(entry)).split(/\r?\n/).filter((line) => line.trim() !== '');
  const values = new Map<string, string>();
  for (const [name = '', value = ''] of parseRows(lines, ',').filter((cells) => cells !== null))
    values.set(name.trim().toLowerCase(), value.trim());
  return {
    username: values.get('account name') || null,
    exported: momentFrom(values.get('export time') ?? null, null)?.utc ?? null,
  };
}
