import { readFile } from 'node:fs/promises';
import { basename, dirname, join, resolve } from 'node:path';
import { AutoTokenizer, env, type PreTrainedTokenizer } from '@xenova/transformers';
import { AfferentError } from '../../../schema/errors.ts';
import { type Alignment, align } from './align.ts';
import { byPieces, type PieceFile } from './pieces.ts';

export interface Tokenizer {
  /** Token ids of a text, whole, with the special tokens around it: nothing is ever cut off. */
  encode(text: string): number[];
  /** Which word of the same text each of its tokens belongs to. */
  align(text: string, ids: readonly number[]): Alignment;
}

const farIdeograph = /[\u{20000}-\u{2A6DF}\u{2A700}-\u{2B73F}\u{2B740}-\u{2B81F}\u{2B820}-\u{2CEAF}\u{2F800}-\u{2FA1F}]/gu;

/**
 * The text with the two places evened out where transformers.js and the reference tokenizer part: the reference sets
 * ideographs beyond the basic plane apart, and lower-cases a capital sigma without regard to where in a word it stands.
 */
function evened(text: string): string {
  return text.replace(farIdeograph, ' $& ').replaceAll('\u03A3', '\u03C3');
}

/**
 * The WordPiece tokenizer of a model folder, through transformers.js.
 * @throws AfferentError `bad-model` where its files cannot be used.
 */
export async function openTokenizer(dir: string): Promise<Tokenizer> {
  const path = resolve(dir);
  const file = await readFileOf(path);
  const { specials, continues } = readVocabulary(file);
  return {
    encode: byPieces(file, await openReference(dir)),
    align: (text, ids) => align(text, ids, specials, continues),
  };
}

/** Ids of whole texts as transformers.js gives them. */
export async function openReference(dir: string): Promise<Tokenizer['encode']> {
  const tokenizer = await load(resolve(dir));
  return (text) => {
    // The call's own type says Tensor whatever the options; without return_tensor they are plain arrays.
    const { input_ids } = tokenizer(evened(text), { truncation: false, padding: false, return_tensor: false }) as unknown as {
      input_ids: number[];
    };
    return input_ids;
  };
}

async function load(path: string): Promise<PreTrainedTokenizer> {
  env.allowRemoteModels = false;
  env.localModelPath = dirname(path);
  try {
    return await AutoTokenizer.from_pretrained(basename(path), { local_files_only: true });
  } catch {
    throw new AfferentError('bad-model', { what: 'tokenizer.json' });
  }
}

interface TokenizerFile extends PieceFile {
  model: PieceFile['model'] & { continuing_subword_prefix?: string };
}

async function readFileOf(path: string): Promise<TokenizerFile> {
  try {
    return JSON.parse(await readFile(join(path, 'tokenizer.json'), 'utf8')) as TokenizerFile;
  } catch {
    throw new AfferentError('bad-model', { what: 'tokenizer.json' });
  }
}

/** Names of the special tokens, and which ids go on with a word that an earlier token began. */
function readVocabulary(file: TokenizerFile): { specials: string[]; continues: Uint8Array } {
  try {
    const { vocab, continuing_subword_prefix: prefix = '##' } = file.model;
    const continues = new Uint8Array(Math.max(...Object.values(vocab)) + 1);
    for (const [token, id] of Object.entries(vocab)) if (token.startsWith(prefix) && token !== prefix) continues[id] = 1;
    return { specials: file.added_tokens.map((token) => token.content), continues };
  } catch {
    throw new AfferentError('bad-model', { what: 'tokenizer.json' });
  }
}
