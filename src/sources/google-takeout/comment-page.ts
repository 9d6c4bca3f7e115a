import { Post } from '../../../schema/records.ts';
import type { Clock } from '../reading/clock.ts';
import { htmlToText } from '../reading/html-text.ts';
import { contentId } from '../reading/measurements.ts';
import { bad, left, type Outcome } from '../reading/outcome.ts';

/** What begins each entry of `my-comments.html` and `my-live-chat-messages.html`, as Takeouts had them until 2022. */
export const ENTRY = '<li>';

/** When it was written, in UTC whatever the language of the words around; behind the first break the comment itself. */
const WRITTEN = /(\d{4}-\d\d-\d\d \d\d:\d\d:\d\d UTC)/;
const VIDEO = /[?&;]v=([\w-]{1,20})/;
const REPLY = /[?&;]lc=[\w-]+\./;

/** A comment under a video or in its live chat. The page gives no ids. */
export function entryOutcome(html: string, clock: Clock): Outcome {
  const inner = html.slice(ENTRY.length).split('</li>')[0] ?? '';
  const [head = '', ...lines] = inner.split(/<br\s*\/?>/);
  const time = clock.utcAt(WRITTEN.exec(head)?.[1]);
  if (time === null) return bad('no-time', 'time');
  if (clock.isFuture(time)) return bad('future-time', 'time');
  const text = htmlToText(lines.join('<br>')).trim();
  if (text === '') return left('empty', time.day);
  const post = Post.safeParse({
    ...{ type: 'post', id: `youtube ${contentId(time.utc, text)}`, time, text: text.toWellFormed(), lang: null },
    ...{ kind: REPLY.test(head) ? 'reply' : 'own', audience: 'public', conversation: VIDEO.exec(head)?.[1] ?? null, version: null },
  });
  return post.success ? { is: 'record', record: post.data } : bad('wrong-shape', 'text', time.day);
}
