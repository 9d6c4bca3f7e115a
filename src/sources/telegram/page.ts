import { isUtf8 } from 'node:buffer';
import type { ParseContext, Parsed } from '../../../schema/source.ts';
import { contentId } from '../reading/content-id.ts';
import { htmlToText } from '../reading/html-text.ts';
import { namesNoted } from '../reading/listed-names.ts';
import { MarkerSlicer } from '../reading/marked.ts';
import { excluded, quarantined } from '../reading/quarantine.ts';
import { settlePost } from '../reading/settle-post.ts';
import { momentFrom } from '../reading/time.ts';
import { isBlank, type Unit } from '../reading/unit.ts';
import { type Owner, ownerOf } from './owner.ts';
import { MESSAGE } from './places.ts';

const TIME = /class="pull_right date details"[^>]*\stitle="(\d\d)\.(\d\d)\.(\d{4}) (\d\d:\d\d:\d\d)(?: UTC([+-]\d\d:\d\d))?/;
const FROM = /<div class="from_name"[^>]*>([\s\S]*?)<\/div>/;
const TEXT = /<div class="text">([\s\S]*?)<\/div>/;
const PASSED_ON = '<div class="forwarded body"';

/** Messages of a page that the app writes for people to read. It names nobody by number: without a declared name nothing is kept. */
export async function* parsePage(chunks: AsyncIterable<Buffer>, context: ParseContext): AsyncGenerator<Parsed> {
  const page = new Page(ownerOf(undefined, context.account), context);
  const slicer = new MarkerSlicer(MESSAGE);
  let blank = true;
  for await (const chunk of chunks) {
    blank &&= isBlank(chunk);
    for (const unit of slicer.push(chunk)) yield page.settle(unit);
  }
  const { begun, rest } = slicer.end();
  if (begun) yield page.settle(rest);
  else if (!blank) yield /<body[\s>]/.test(rest.bytes.toString('latin1')) ? excluded(rest, 'empty') : quarantined(rest, 'not-this-kind');
}

class Page {
  readonly #owner: Owner;
  readonly #context: ParseContext;
  readonly #noteName: (name: unknown) => void;
  /** Who wrote the message before: one that follows at once does not say it again. */
  #author: string | null = null;

  constructor(owner: Owner, context: ParseContext) {
    this.#owner = owner;
    this.#context = context;
    this.#noteName = namesNoted(context);
  }

  settle(unit: Unit): Parsed {
    const { bytes, end, tooLong } = unit;
    if (this.#owner.isUnknown) return quarantined({ bytes: Buffer.alloc(0), end, tooLong }, 'no-account');
    if (tooLong) return quarantined(unit, 'line-too-long');
    if (!isUtf8(bytes)) return quarantined(unit, 'bad-encoding');
    return this.#message(unit, bytes.toString('utf8'));
  }

  #message(unit: Unit, html: string): Parsed {
    const time = timeOf(html, this.#context);
    const day = time?.day ?? null;
    const kinds = html.slice(MESSAGE.length, html.indexOf('"', MESSAGE.length));
    if (!/\bdefault\b/.test(kinds)) return excluded(unit, 'not-collected');
    const [own = ''] = html.split(PASSED_ON, 1);
    const name = FROM.exec(own)?.[1];
    if (name !== undefined) this.#author = htmlToText(name.replaceAll(/<span[\s\S]*?<\/span>/g, '')).trim();
    else if (!/\bjoined\b/.test(kinds)) this.#author = null;
    this.#noteName(this.#author);
    if (this.#author === null || !this.#owner.wrote({ from: this.#author })) return excluded(unit, 'other-person', day);
    if (own.length < html.length) return excluded(unit, 'repost', day);
    const number = /\bid="message(\d+)"/.exec(html)?.[1] ?? null;
    const draft = {
      id: number === null ? null : contentId('page', number, time?.utc ?? null, this.#author),
      time,
      text: htmlToText(TEXT.exec(html)?.[1] ?? '').trim(),
      kind: html.includes('<div class="reply_to details">') ? 'reply' : 'own',
      // Whether it is a chat of two is not said: taken as such, consent to single people's words is asked for.
      audience: 'direct',
    } as const;
    return settlePost(unit, draft, this.#context);
  }
}

/** The clock of the machine that made the export; newer ones say its offset. */
function timeOf(html: string, { zone }: ParseContext): ReturnType<typeof momentFrom> {
  const [, day, month, year, clock, offset = ''] = TIME.exec(html) ?? [];
  return day === undefined ? null : momentFrom(`${year}-${month}-${day}T${clock}${offset}`, zone);
}
