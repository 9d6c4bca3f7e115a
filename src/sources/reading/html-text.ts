import { decodeEntities } from './entities.ts';

/** Names of characters that social networks write into HTML; those of XML first. */
const NAMES: Readonly<Record<string, string>> = {
  ...{ amp: '&', lt: '<', gt: '>', quot: '"', apos: "'", nbsp: '\u00a0', shy: '\u00ad', zwj: '\u200d', zwnj: '\u200c' },
  ...{ hellip: '…', mdash: '—', ndash: '–', lsquo: '‘', rsquo: '’', ldquo: '“', rdquo: '”', laquo: '«', raquo: '»', bull: '•' },
  ...{ auml: 'ä', ouml: 'ö', uuml: 'ü', Auml: 'Ä', Ouml: 'Ö', Uuml: 'Ü', szlig: 'ß', eacute: 'é', egrave: 'è', agrave: 'à' },
  ...{ ccedil: 'ç', ntilde: 'ñ', aacute: 'á', iacute: 'í', oacute: 'ó', uacute: 'ú', aring: 'å', oslash: 'ø', aelig: 'æ' },
  ...{ copy: '©', reg: '®', trade: '™', euro: '€', pound: '£', deg: '°', times: '×', middot: '·' },
};
/** What a block begins and ends with; a line break is a line. */
const BREAKS: Readonly<Record<string, string>> = {
  ...{ p: '\n\n', blockquote: '\n\n', pre: '\n\n', ul: '\n\n', ol: '\n\n', table: '\n\n' },
  ...{ h1: '\n\n', h2: '\n\n', h3: '\n\n', h4: '\n\n', h5: '\n\n', h6: '\n\n', div: '\n', li: '\n', tr: '\n' },
};
const UNSEEN: ReadonlySet<string> = new Set(['script', 'style', 'template', 'head', 'title']);
const MAX_QUOTED_BRACKETS = 3;

/**
 * The words of a piece of HTML as a person would copy them: blocks on lines of their own, tags gone, character references
 * decoded once. Links keep what is shown of them, hidden parts included, so that an address is whole. Takes time in
 * proportion to the text; a `<` that begins no tag stays.
 */
export function htmlToText(html: string): string {
  let text = '';
  let at = 0;
  /** The element whose content is not shown, or null. */
  let unseen: string | null = null;
  let preformatted = false;
  const ends = new Ends(html);
  const say = (piece: string): void => {
    if (unseen === null) text += decodeEntities(preformatted ? piece : piece.replaceAll(/[\t\n\r ]+/g, ' '), NAMES);
  };
  while (at < html.length) {
    const open = html.indexOf('<', at);
    if (open === -1) {
      say(html.slice(at));
      break;
    }
    say(html.slice(at, open));
    const tag = tagAt(html, open, ends);
    if (tag === null) {
      say('<');
      at = open + 1;
      continue;
    }
    at = tag.end;
    if (unseen !== null) {
      if (tag.closes && tag.name === unseen) unseen = null;
      continue;
    }
    if (tag.name === 'pre') preformatted = !tag.closes;
    if (tag.name === 'br') text += '\n';
    else if (Object.hasOwn(BREAKS, tag.name)) text += BREAKS[tag.name];
    if (!tag.closes && tag.isUnseen) unseen = tag.name;
  }
  const lines = text.split('\n').map((line) => line.trim());
  return lines
    .join('\n')
    .replaceAll(/\n{3,}/g, '\n\n')
    .trim();
}

interface Tag {
  name: string;
  closes: boolean;
  isUnseen: boolean;
  end: number;
}

function tagAt(html: string, open: number, ends: Ends): Tag | null {
  if (html.startsWith('<!--', open)) {
    const end = ends.after('-->', open + 4);
    return end === -1 ? null : { name: '', closes: false, isUnseen: false, end: end + 3 };
  }
  const head = /^<(\/?)([a-zA-Z][a-zA-Z0-9]{0,15})/.exec(html.slice(open, open + 20));
  if (head === null) return null;
  const end = endOfTag(html, open, ends);
  if (end === 0) return null;
  const name = (head[2] as string).toLowerCase();
  // A server puts the address of a quoted post before the words, for those that know no quotes.
  const isQuote = /\sclass=["'][^"']*\bquote-inline\b/.test(html.slice(open, Math.min(end, open + 500)));
  return { name, closes: head[1] === '/', isUnseen: UNSEEN.has(name) || isQuote, end };
}

/** Position behind a tag, or 0 where it has no end. A bracket inside a quoted value ends nothing. */
function endOfTag(html: string, open: number, ends: Ends): number {
  const first = ends.after('>', open);
  if (first === -1) return 0;
  let end = first;
  for (let tries = 0; tries < MAX_QUOTED_BRACKETS && hasOpenQuote(html.slice(open, end)); tries++) {
    end = ends.after('>', end + 1);
    if (end === -1) return first + 1;
  }
  return end + 1;
}

/** Where endings stand; one that does not come again is looked for once. */
class Ends {
  readonly #html: string;
  readonly #gone = new Set<string>();

  constructor(html: string) {
    this.#html = html;
  }

  after(ending: string, from: number): number {
    if (this.#gone.has(ending)) return -1;
    const at = this.#html.indexOf(ending, from);
    if (at === -1) this.#gone.add(ending);
    return at;
  }
}

function hasOpenQuote(tag: string): boolean {
  return (tag.split('"').length - 1) % 2 === 1;
}
