import type { ParseContext, Parsed } from '../../../schema/source.ts';
import { DriftOnce } from '../reading/drift.ts';
import { left, type Outcome } from '../reading/outcome.ts';
import { type Row, readTable } from '../reading/tables.ts';
import type { ArchiveFacts } from './files.ts';
import { tweetFate } from './tweet.ts';

const COLUMNS: ReadonlySet<string> = new Set([
  ...['tweet_id', 'in_reply_to_status_id', 'in_reply_to_user_id', 'timestamp', 'source', 'text', 'expanded_urls'],
  ...['retweeted_status_id', 'retweeted_status_user_id', 'retweeted_status_timestamp'],
]);

/** Posts of `tweets.csv`, the table of archives of 2012 to 2018. */
export function parseTable(chunks: AsyncIterable<Buffer>, facts: ArchiveFacts, context: ParseContext): AsyncGenerator<Parsed> {
  const known = (column: string): boolean => COLUMNS.has(column);
  return readTable(chunks, { known, needed: ['tweet_id'] }, new DriftOnce(context), (row) => outcomeOf(row, facts, context));
}

/** A row says the same as an entry of a month, under other names. */
function outcomeOf(row: Row, facts: ArchiveFacts, context: ParseContext): Outcome {
  const fate = tweetFate(
    {
      ...{ id_str: row.tweet_id, created_at: row.timestamp, text: row.text },
      ...{ in_reply_to_status_id_str: row.in_reply_to_status_id, in_reply_to_user_id_str: row.in_reply_to_user_id },
      retweeted_status: row.retweeted_status_id ? { id_str: row.retweeted_status_id } : null,
    },
    facts,
    context,
  );
  if (fate.is === 'post') return { is: 'record', record: fate.post, exported: fate.exported };
  if (fate.is === 'quarantined') {
    const { reason, field, day, id } = fate;
    return { is: 'quarantined', reason, field, day, ...(id === null ? {} : { of: { type: 'post', recordId: id } }) };
  }
  return left(fate.is === 'deletion' ? 'deletion' : fate.reason, fate.day);
}
