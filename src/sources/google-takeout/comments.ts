import { Post } from '../../../schema/records.ts';
import type { Clock } from '../reading/clock.ts';
import { isFields } from '../reading/documents.ts';
import { sourceId } from '../reading/measurements.ts';
import { bad, left, type Outcome } from '../reading/outcome.ts';
import type { Row } from '../reading/tables.ts';

/** Positions of the columns of `comments.csv`, whose names are in the account's language. */
const COLUMNS = { time: 1, id: 3, parent: 4, video: 6, text: 7 } as const;
/** An older order, known by its names. */
const NAMED = { time: /create timestamp/i, id: /^comment id$/i, parent: /parent comment id/i, video: /video id/i, text: /comment text/i };

/** A comment that the account has written under a video. */
export function commentOutcome(row: Row, clock: Clock): Outcome {
  const names = Object.keys(row);
  const cell = (field: keyof typeof COLUMNS): string => {
    const name = names.find((column) => NAMED[field].test(column)) ?? names[COLUMNS[field]];
    return (name === undefined ? '' : row[name]) ?? '';
  };
  const id = sourceId(cell('id'));
  const time = clock.utcAt(cell('time'));
  if (time === null) return bad('no-time', 'time');
  if (clock.isFuture(time)) return bad('future-time', 'time');
  if (id === null) return bad('no-id', 'id', time.day);
  const text = wordsOf(cell('text'));
  if (text === null) return bad('wrong-shape', 'text', time.day);
  if (text.trim() === '') return left('empty', time.day);
  const parent = sourceId(cell('parent'));
  const post = Post.safeParse({
    ...{ type: 'post', id: `youtube ${id}`, time, text: text.toWellFormed(), lang: null, kind: parent === null ? 'own' : 'reply' },
    ...{ audience: 'public', conversation: parent ?? sourceId(cell('video')), version: null },
  });
  return post.success ? { is: 'record', record: post.data } : bad('wrong-shape', 'text', time.day);
}

/** The text of a comment: objects with `text`, one behind the other, or plain words. Null where the objects are broken. */
function wordsOf(cell: string): string | null {
  if (!cell.trimStart().startsWith('{')) return cell;
  try {
    const pieces: unknown = JSON.parse(`[${cell}]`);
    if (!Array.isArray(pieces)) return null;
    return pieces.map((piece) => (isFields(piece) && typeof piece.text === 'string' ? piece.text : '')).join('');
  } catch {
    return null;
  }
}
