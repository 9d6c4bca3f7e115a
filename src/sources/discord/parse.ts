import type { ParseContext, Parsed } from '../../../schema/source.ts';
import { DriftOnce } from '../reading/drift.ts';
import { fieldsOf, identifier } from '../reading/json-unit.ts';
import { nestedUnits } from '../reading/nested-units.ts';
import { serverMoment } from '../reading/server-time.ts';
import { type PostDraft, postOutcome, settlePost } from '../reading/settle-post.ts';
import { readTable } from '../reading/tables.ts';
import type { Channel } from './channel.ts';
import { messagePaths } from './places.ts';

const KNOWN: ReadonlySet<string> = new Set(['ID', 'Timestamp', 'Contents', 'Attachments']);

/** Messages of a channel in `messages.csv`. A package holds those of its owner alone. */
export function parseTable(chunks: AsyncIterable<Buffer>, channel: Channel, context: ParseContext): AsyncGenerator<Parsed> {
  const shape = { known: (name: string) => KNOWN.has(name), needed: ['ID'] };
  return readTable(chunks, shape, new DriftOnce(context), (row) => postOutcome(draftOf(row, channel, context), context));
}

/** The same in `messages.json`. */
export function parseList(chunks: AsyncIterable<Buffer>, channel: Channel, context: ParseContext): AsyncGenerator<Parsed> {
  const drift = new DriftOnce(context);
  return nestedUnits(chunks, { units: messagePaths, facts: [] }, (unit) => {
    const read = fieldsOf(unit);
    if ('fault' in read) return read.fault;
    for (const name of Object.keys(read.fields)) if (!KNOWN.has(name)) drift.note('unknown-field', name);
    return settlePost(unit, draftOf(read.fields, channel, context), context);
  });
}

function draftOf(fields: Readonly<Record<string, unknown>>, { id, audience }: Channel, context: ParseContext): PostDraft {
  const { ID, Timestamp, Contents } = fields;
  return { id: identifier(ID), time: serverMoment(Timestamp, context.zone), text: Contents, kind: 'own', audience, conversation: id };
}
