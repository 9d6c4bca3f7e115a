/** A stretch of a text, in UTF-16 units. */
export interface Stretch {
  from: number;
  to: number;
}

/**
 * Words that stand in lists of contacts and are no names, or that are names and far more often words. They are found as part of a
 * longer name only.
 */
const words: ReadonlySet<string> = new Set([
  ...[
    'mom',
    'mum',
    'mama',
    'dad',
    'papa',
    'mutti',
    'vati',
    'oma',
    'opa',
    'grandma',
    'grandpa',
    'maman',
    'home',
    'work',
    'office',
    'doctor',
  ],
  ...[
    'arzt',
    'taxi',
    'bank',
    'school',
    'group',
    'gruppe',
    'family',
    'familie',
    'friends',
    'team',
    'chat',
    'new',
    'old',
    'the',
    'and',
    'und',
  ],
  ...['der', 'die', 'das', 'von', 'van', 'mrs', 'miss', 'frau', 'herr', 'will', 'may', 'april', 'june', 'august', 'hope', 'grace', 'faith'],
  ...[
    'joy',
    'rose',
    'mark',
    'bill',
    'art',
    'rich',
    'drew',
    'chase',
    'chance',
    'angel',
    'sunny',
    'young',
    'long',
    'short',
    'little',
    'white',
  ],
  ...[
    'black',
    'brown',
    'green',
    'king',
    'baker',
    'day',
    'love',
    'page',
    'price',
    'wolf',
    'fuchs',
    'klein',
    'gross',
    'lang',
    'kurz',
    'weiss',
  ],
  ...[
    'deleted',
    'account',
    'user',
    'unknown',
    'you',
    'me',
    'ich',
    'all',
    'club',
    'yoga',
    'sport',
    'news',
    'info',
    'admin',
    'bot',
    'service',
  ],
]);

const word = /[\p{L}\p{N}][\p{L}\p{M}\p{N}]*(?:['’-][\p{L}\p{M}]+)*/gu;
/** Scripts that part no words. */
const unparted = /[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Thai}]/u;
const [fewestLetters, mostWords] = [3, 5];

/**
 * Names that an export lists, ready to be found in texts: whole, and by each of their parts. Letters of either case are the same where
 * a part is longer than three letters, and accents do not matter. Time grows with the text, not with the list.
 */
export class NameList {
  /** Whole names of several words, by their first word. */
  readonly #whole = new Map<string, string[][]>();
  /** Single words in lower case; true where they count in any case. */
  readonly #parts = new Map<string, boolean>();
  readonly #unparted: string[] = [];

  constructor(names: Iterable<string>) {
    for (const name of names) this.#add(name.normalize('NFC'));
  }

  #add(name: string): void {
    if (unparted.test(name)) {
      const bare = name.trim();
      if (bare.length >= 2) this.#unparted.push(bare);
      return;
    }
    const parts = wordsOf(name).map(({ text }) => plain(text));
    const [first] = parts;
    if (first === undefined || parts.length > mostWords) return;
    if (parts.length > 1) this.#whole.set(first, [...(this.#whole.get(first) ?? []), parts]);
    for (const part of parts) {
      const letters = [...part].length;
      if (letters < fewestLetters || words.has(part) || !/\p{L}/u.test(part)) continue;
      this.#parts.set(part, letters > fewestLetters);
    }
  }

  /** Where names stand, in the order of the text; a whole name is one place. */
  find(text: string): Stretch[] {
    const found: Stretch[] = [];
    const given = wordsOf(text);
    for (let i = 0; i < given.length; i++) {
      const length = this.#lengthAt(given, i);
      if (length === 0) continue;
      found.push({ from: (given[i] as Word).from, to: (given[i + length - 1] as Word).to });
      i += length - 1;
    }
    for (const name of this.#unparted) {
      for (let at = text.indexOf(name); at !== -1; at = text.indexOf(name, at + name.length))
        found.push({ from: at, to: at + name.length });
    }
    return found.sort((a, b) => a.from - b.from || b.to - a.to);
  }

  /** How many words of a name begin at this one; 0 where none does. */
  #lengthAt(given: readonly Word[], i: number): number {
    const here = given[i] as Word;
    const lower = plain(bare(here.text));
    let longest = 0;
    for (const name of this.#whole.get(plain(here.text)) ?? []) {
      if (name.length > longest && name.every((part, k) => sameWord(given[i + k], part, k === name.length - 1))) longest = name.length;
    }
    if (longest > 0) return longest;
    const inAnyCase = this.#parts.get(lower);
    if (inAnyCase === undefined) return 0;
    return inAnyCase || /^\p{Lu}/u.test(here.text) ? 1 : 0;
  }
}

interface Word extends Stretch {
  text: string;
}

function wordsOf(text: string): Word[] {
  return Array.from(text.matchAll(word), (match) => ({ text: match[0], from: match.index, to: match.index + match[0].length }));
}

function sameWord(given: Word | undefined, part: string, isLast: boolean): boolean {
  if (given === undefined) return false;
  return plain(given.text) === part || (isLast && plain(bare(given.text)) === part);
}

/** A word as it compares. */
function plain(text: string): string {
  return text.normalize('NFD').replaceAll(/\p{M}/gu, '').replaceAll('’', "'").toLowerCase().replaceAll('ß', 'ss');
}

/** A name without the ending that says whose something is. */
function bare(text: string): string {
  return text.replace(/['’]s?$/u, '');
}
