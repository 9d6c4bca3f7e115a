import type { ParseContext, Parsed } from '../../../schema/source.ts';
import { DriftOnce } from '../reading/drift.ts';
import type { Outcome } from '../reading/outcome.ts';
import { excluded } from '../reading/quarantine.ts';
import { RowSlicer } from '../reading/rows.ts';
import { serverMoment } from '../reading/server-time.ts';
import { postOutcome } from '../reading/settle-post.ts';
import { type Row, readTable } from '../reading/tables.ts';
import type { Unit } from '../reading/unit.ts';
import type { ExportFacts } from './files.ts';
import { isGone, titled } from './words.ts';

const COLUMNS: ReadonlySet<string> = new Set([
  ...['id', 'permalink', 'date', 'created_at', 'ip', 'subreddit', 'gildings', 'title', 'url', 'body', 'link', 'parent', 'media'],
]);

/** Posts or comments of the account's own export. */
export function parseTable(
  chunks: AsyncIterable<Buffer>,
  role: 'posts' | 'comments',
  facts: ExportFacts,
  context: ParseContext,
): AsyncGenerator<Parsed> {
  const shape = { known: (name: string) => COLUMNS.has(name), needed: ['id'] };
  const settle = role === 'posts' ? postRow : commentRow;
  return readTable(chunks, shape, new DriftOnce(context), (row) => settle(row, facts, context));
}

/** Messages to single people are only counted, whatever their rows hold. */
export async function* parseMessages(chunks: AsyncIterable<Buffer>): AsyncGenerator<Parsed> {
  const slicer = new RowSlicer();
  let above = 1;
  const below = (units: Unit[]): Unit[] => {
    const rows = units.slice(above);
    above -= units.length - rows.length;
    return rows;
  };
  for await (const chunk of chunks) for (const unit of below(slicer.push(chunk))) yield excluded(unit, 'direct-message');
  for (const unit of below(slicer.end())) yield excluded(unit, 'direct-message');
}

function postRow(row: Row, facts: ExportFacts, context: ParseContext): Outcome {
  const id = row.id ? `t3_${row.id}` : null;
  return rowOutcome(row, { id, text: titled(row.title, row.body), kind: 'own', conversation: id }, facts, context);
}

function commentRow(row: Row, facts: ExportFacts, context: ParseContext): Outcome {
  const thread = /\/comments\/([a-z0-9]{1,12})(?:\/|$)/i.exec(row.link || row.permalink || '')?.[1];
  const text = isGone(row.body) ? '' : row.body;
  const draft = {
    id: row.id ? `t1_${row.id}` : null,
    text,
    kind: 'reply',
    conversation: thread === undefined ? null : `t3_${thread}`,
  } as const;
  return rowOutcome(row, draft, facts, context);
}

interface RowDraft {
  id: string | null;
  text: string | undefined;
  kind: 'own' | 'reply';
  conversation: string | null;
}

function rowOutcome(row: Row, draft: RowDraft, { exported }: ExportFacts, context: ParseContext): Outcome {
  const time = serverMoment(row.date ?? row.created_at, context.zone);
  const outcome = postOutcome({ ...draft, time, audience: 'public' }, context);
  return outcome.is === 'record' ? { ...outcome, exported } : outcome;
}
