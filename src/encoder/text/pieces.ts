/** What a character of plain text is to the split into words; whatever is not here is left to the tokenizer itself. */
const [other, space, letter, alone] = [0, 1, 2, 3];
/** Kept: chunks of up to so many characters, and so many of them. */
const [longest, most] = [48, 20_000];

export interface PieceFile {
  normalizer?: { type?: string; lowercase?: boolean } | null;
  pre_tokenizer?: { type?: string } | null;
  model: { type?: string; vocab: Record<string, number> };
  added_tokens: { content: string; normalized?: boolean }[];
}

/**
 * A tokenizer that gives the same ids as `whole`, sooner. BERT's tokenisation takes what stands between two spaces by
 * itself, so a text is cut there. Of plain ASCII every run of letters and figures and every sign is a word by itself,
 * looked up in the vocabulary; other chunks, and words of several pieces, go through `whole`, which is asked once.
 * @param whole ids of a text with one special token before and one after it
 */
export function byPieces(file: PieceFile, whole: (text: string) => number[]): (text: string) => number[] {
  if (!isPlainBert(file)) return whole;
  const [first = 0, last = 0] = whole('');
  const known = new Map(Object.entries(file.model.vocab).filter(([word]) => /^(?:[a-z0-9]+|[!-/:-@[-`{-~])$/.test(word)));
  const kinds = kindsWithout(file.added_tokens.map(({ content }) => content));
  const kept = new Map<string, readonly number[]>();

  function asked(chunk: string): readonly number[] {
    const before = kept.get(chunk);
    if (before !== undefined) return before;
    const ids = whole(chunk).slice(1, -1);
    if (kept.size >= most) kept.clear();
    if (chunk.length <= longest) kept.set(chunk, ids);
    return ids;
  }
  function word(ids: number[], run: string): void {
    const id = known.get(run) ?? known.get(run.toLowerCase());
    if (id === undefined) ids.push(...asked(run));
    else ids.push(id);
  }
  function chunk(ids: number[], text: string, from: number, to: number): void {
    let open = from;
    for (let at = from; at < to; at++) {
      if (kinds[text.charCodeAt(at)] === letter) continue;
      if (open < at) word(ids, text.slice(open, at));
      word(ids, text.charAt(at));
      open = at + 1;
    }
    if (open < to) word(ids, text.slice(open, to));
  }

  return (text) => {
    const ids = [first];
    for (let from = 0; from < text.length; ) {
      let to = from;
      let isPlain = true;
      for (; to < text.length; to++) {
        const kind = kinds[text.charCodeAt(to)] ?? other;
        if (kind === space) break;
        isPlain &&= kind !== other;
      }
      if (isPlain) chunk(ids, text, from, to);
      else for (const id of asked(text.slice(from, to))) ids.push(id);
      from = to + 1;
    }
    ids.push(last);
    return ids;
  };
}

function isPlainBert({ normalizer, pre_tokenizer, model, added_tokens }: PieceFile): boolean {
  const isBert = normalizer?.type === 'BertNormalizer' && normalizer.lowercase === true && pre_tokenizer?.type === 'BertPreTokenizer';
  return isBert && model.type === 'WordPiece' && added_tokens.every(({ content, normalized }) => !normalized && !/\s/.test(content));
}

/** Kinds of ASCII; a character that begins a special token's name is none of them. */
function kindsWithout(specials: readonly string[]): Uint8Array {
  const kinds = new Uint8Array(128);
  for (let code = 33; code < 127; code++) kinds[code] = /[A-Za-z0-9]/.test(String.fromCharCode(code)) ? letter : alone;
  for (const char of ' \t\n\r') kinds[char.charCodeAt(0)] = space;
  for (const name of specials) kinds[name.charCodeAt(0)] = other;
  return kinds;
}
