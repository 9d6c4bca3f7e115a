import { Post } from '../../../schema/records.ts';
import type { Clock } from '../reading/clock.ts';
import { isFields } from '../reading/documents.ts';
import { sourceId } from '../reading/measurements.ts';
import { bad, left, type Outcome } from '../reading/outcome.ts';
import type { Row } from '../reading/tables.ts';

type Field = 'time' | 'id' | 'parent' | 'video' | 'text';
type Places = Readonly<Record<Field, number>>;

/** Places of the columns of `comments.csv` in its two orders, and of `live chats.csv`: their names are in the account's language. */
const COMMENTS: readonly [Places, Places] = [
  { time: 1, id: 3, parent: 4, video: 6, text: 7 },
  { time: 2, id: 0, parent: 4, video: 6, text: 7 },
];
const LIVE_CHATS: Places = { time: 2, id: 0, parent: -1, video: -2, text: -1 };
/** Yet another order is known by its names. */
const NAMED: Readonly<Record<Field, RegExp>> = {
  ...{ time: /create timestamp/i, id: /^comment id$/i, parent: /parent comment id/i, video: /video id/i, text: /comment text/i },
};

/** A comment that the account has written under a video. */
export function commentOutcome(row: Row, clock: Clock): Outcome {
  const names = Object.keys(row);
  const cells = Object.values(row);
  const places = clock.utcAt(cells[COMMENTS[0].time]) === null ? COMMENTS[1] : COMMENTS[0];
  return written((field) => row[names.find((column) => NAMED[field].test(column)) ?? names[places[field]] ?? ''] ?? '', clock);
}

/** What the account has written in the chat of a live video. */
export function liveChatOutcome(row: Row, clock: Clock): Outcome {
  const cells = Object.values(row);
  return written((field) => (field === 'parent' ? '' : (cells.at(LIVE_CHATS[field]) ?? '')), clock);
}

function written(cell: (field: Field) => string, clock: Clock): Outcome {
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
    return pieces.flatMap(segmentsOf).map(textOf).join('');
  } catch {
    return null;
  }
}

/** Some Takeouts wrap the pieces of a text once more. */
function segmentsOf(piece: unknown): unknown[] {
  return isFields(piece) && Array.isArray(piece.takeoutSegments) ? piece.takeoutSegments : [piece];
}

function textOf(piece: unknown): string {
  return isFields(piece) && typeof piece.text === 'string' ? piece.text : '';
}
