/** A word as the tokenizer takes it: code points [start, end) of the text. */
export interface Word {
  start: number;
  end: number;
  /** Holds more than punctuation. */
  speaks: boolean;
}

const dropped = /^[\p{Cc}\p{Cf}\p{Co}\p{Cs}\0\uFFFD]$/u;
const space = /^\s$/u;
const mark = /^\p{Mn}$/u;
const punctuation = /^[\p{P}!-/:-@[-`{-~]$/u;
/** The blocks that BERT sets apart character by character, those of the basic plane and beyond it. */
const ideograph =
  /^[\u4E00-\u9FFF\u3400-\u4DBF\uF900-\uFAFF\u{20000}-\u{2A6DF}\u{2A700}-\u{2B73F}\u{2B740}-\u{2B81F}\u{2B820}-\u{2CEAF}\u{2F800}-\u{2FA1F}]$/u;

type Role = 'none' | 'space' | 'alone' | 'mark' | 'letter';

const asciiRoles: Role[] = Array.from({ length: 128 }, (_, code) => roleOf(String.fromCharCode(code)));
const otherRoles = new Map<string, Role>();

/** What basic tokenisation makes of one character: nothing, a break, a word by itself, or part of a word. */
function roleOf(char: string): Role {
  if (char === '\t' || char === '\n' || char === '\r') return 'space';
  if (dropped.test(char)) return 'none';
  if (space.test(char)) return 'space';
  if (ideograph.test(char)) return 'alone';
  const bare = [...char.toLowerCase().normalize('NFD')].filter((part) => !mark.test(part));
  if (bare.length === 0) return 'mark';
  return bare.length === 1 && punctuation.test(bare[0] ?? '') ? 'alone' : 'letter';
}

function otherRole(char: string): Role {
  let role = otherRoles.get(char);
  if (role === undefined) {
    role = roleOf(char);
    otherRoles.set(char, role);
  }
  return role;
}

/** Of ASCII, every character that is a word by itself is punctuation. */
function isPunctuation(code: number): boolean {
  return code < 128 || punctuation.test(String.fromCodePoint(code));
}

/**
 * Words of BERT's basic tokenisation with their places, in order: lower case, accents and control characters
 * dropped, split at white space, every punctuation mark and ideograph a word by itself. Names of special tokens that
 * stand in the text are one word each, as for the tokenizer.
 */
export function wordsOf(text: string, specials: readonly string[]): Word[] {
  const words: Word[] = [];
  let open: Word | null = null;
  const firsts = new Set(specials.map((name) => name.charCodeAt(0)));
  let unit = 0;
  let point = 0;
  while (unit < text.length) {
    const code = text.codePointAt(unit) ?? 0;
    const special = firsts.has(code) ? specials.find((name) => text.startsWith(name, unit)) : undefined;
    if (special !== undefined) {
      words.push({ start: point, end: point + [...special].length, speaks: false });
      open = null;
      unit += special.length;
      point += [...special].length;
      continue;
    }
    const role = code < 128 ? asciiRoles[code] : otherRole(String.fromCodePoint(code));
    if (role === 'space') open = null;
    else if (role === 'alone') {
      words.push({ start: point, end: point + 1, speaks: !isPunctuation(code) });
      open = null;
    } else if (role === 'letter' && open === null) {
      open = { start: point, end: point + 1, speaks: true };
      words.push(open);
    } else if (role === 'letter' && open !== null) open.end = point + 1;
    else if (role === 'mark') coverMark(open, words.at(-1), point);
    unit += code > 0xffff ? 2 : 1;
    point += 1;
  }
  return words;
}

/** A combining mark belongs to the letter that it stands on, so that a span does not cut an accented letter apart. */
function coverMark(open: Word | null, last: Word | undefined, point: number): void {
  const word = open ?? last;
  if (word !== undefined && word.end === point) word.end = point + 1;
}
