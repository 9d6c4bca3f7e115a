import { isUtf8 } from 'node:buffer';
import type { ParseContext, Parsed, Part } from '../../../schema/source.ts';
import { contentId } from '../reading/content-id.ts';
import { namesNoted } from '../reading/listed-names.ts';
import { excluded, quarantined } from '../reading/quarantine.ts';
import { believedDay, settlePost } from '../reading/settle-post.ts';
import { momentFrom } from '../reading/time.ts';
import type { Unit } from '../reading/unit.ts';
import { plainName, saidIn } from './author.ts';
import { wallOf } from './clock.ts';
import { MessageSlicer } from './messages.ts';
import { type Stamp, stampOf } from './stamp.ts';
import { type Survey, survey } from './survey.ts';
import { ownWords } from './words.ts';

/** Messages of a chat. Where no account is declared all of them are quarantined without content. */
export async function* parseChat(part: Part, chunks: AsyncIterable<Buffer>, context: ParseContext): AsyncGenerator<Parsed> {
  const found = await survey(part, context.arrivedMs);
  const assumed = assumption(found);
  if (assumed !== null) context.drift({ kind: 'assumed', name: assumed });
  const chat = new Chat(found, context);
  const slicer = new MessageSlicer();
  for await (const chunk of chunks) for (const unit of slicer.push(chunk)) yield chat.settle(unit);
  for (const unit of slicer.end()) yield chat.settle(unit);
}

/** What is taken for granted of a file's dates, in words; null where they can be read in one way alone. */
function assumption({ order, basis }: Survey): string | null {
  if (basis === 'open') return 'dates: day-month or month-day, undecided; days that differ are quarantined';
  if (order === null || order === 'year-first' || basis === 'same') return null;
  return `dates: ${order}, ${basis === 'only' ? 'the only order in which they are dates' : 'the order in which time goes on'}`;
}

class Chat {
  readonly #survey: Survey;
  readonly #context: ParseContext;
  readonly #account: string | null;
  readonly #noteNames: (...values: unknown[]) => void;
  readonly #lastYear: number;
  /** How often the same words were written in the minute or second of the last message. */
  #repeats = new Map<string, number>();
  #wall: string | null = null;

  constructor(found: Survey, context: ParseContext) {
    this.#survey = found;
    this.#context = context;
    this.#noteNames = namesNoted(context);
    this.#account = context.account === null ? null : plainName(context.account);
    this.#lastYear = new Date(context.arrivedMs).getUTCFullYear();
  }

  settle(unit: Unit): Parsed {
    const fault = unit.tooLong ? 'line-too-long' : isUtf8(unit.bytes) ? null : 'bad-encoding';
    const text = unit.bytes.toString('utf8').replaceAll('\r\n', '\n');
    const stamp = stampOf(text);
    if (stamp === null) return quarantined(unit, fault ?? 'not-this-kind');
    if (this.#account === null) return quarantined({ ...unit, bytes: Buffer.alloc(0) }, 'no-account');
    const { author, body } = saidIn(text.slice(stamp.length), this.#account);
    const wall = this.#wallOf(stamp);
    const time = wall === null ? null : momentFrom(wall, this.#context.zone);
    const day = believedDay(time, this.#context);
    if (author === null) return excluded(unit, 'not-collected', day);
    if (author !== this.#account) {
      this.#noteNames(author);
      return excluded(unit, 'other-person', day);
    }
    // Not before it is the person's own: what others wrote is not kept in quarantine either.
    if (fault !== null) return quarantined(unit, fault, undefined, day);
    if (wall === null && this.#isAmbiguous(stamp)) return quarantined(unit, 'ambiguous-time', 'time');
    const words = ownWords(body);
    const audience = this.#survey.isGroup ? 'followers' : 'direct';
    return settlePost(unit, { id: this.#idOf(wall, words), time, text: words, kind: 'own', audience }, this.#context);
  }

  #wallOf(stamp: Stamp): string | null {
    const { order } = this.#survey;
    if (order !== null) return wallOf(stamp, order, this.#lastYear);
    // A first of January is one in either order.
    const either = wallOf(stamp, 'day-month', this.#lastYear);
    return either === wallOf(stamp, 'month-day', this.#lastYear) ? either : null;
  }

  #isAmbiguous(stamp: Stamp): boolean {
    return this.#survey.order === null && wallOf(stamp, 'day-month', this.#lastYear) !== null;
  }

  /** The app gives no ids. Words that are sent twice at once are two messages. */
  #idOf(wall: string | null, words: string): string {
    if (wall !== this.#wall) this.#repeats = new Map();
    this.#wall = wall;
    const before = this.#repeats.get(words) ?? 0;
    this.#repeats.set(words, before + 1);
    return contentId(wall, words, before);
  }
}
