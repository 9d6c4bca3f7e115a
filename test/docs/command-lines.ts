import { verbs } from '../../src/cli/index.ts';
import type { Verb } from '../../src/cli/verb.ts';
import { commonSettings, partsSettings, settings } from '../../src/config/settings.ts';

/** Command lines of ours in a text, as their words behind `afferent`. */
export function commandLines(text: string): string[][] {
  return text
    .replaceAll(/\\\n\s*/g, ' ')
    .split('\n')
    .flatMap((line) => line.split(/ \| | && |; /))
    .map((line) =>
      line
        .replace(/^\s*\$ /, '')
        .replace(/\s+#.*$/, '')
        .replace(/\s*[<>&].*$/, '')
        .trim(),
    )
    .map((line) => /^(?:\.\/)?afferent(?: (.*))?$/.exec(line)?.[1])
    .filter((rest) => rest !== undefined)
    .map((rest) => rest.split(/\s+/));
}

/**
 * What the command line would not take in these words: null when it takes them.
 * @param whole whether arguments must be there too; a mention in a sentence may leave them out
 */
export async function fault(words: string[], whole: boolean): Promise<string | null> {
  const plain = words.filter((word) => !word.startsWith('-'));
  if (plain.length === 0) return words.every((word) => word === '--help') ? null : 'no verb';
  const two = verbs.find((entry) => entry.words === `${plain[0]} ${plain[1]}`);
  const entry = two ?? verbs.find((one) => one.words === plain[0]);
  if (!entry) return plain[0] === 'VERB' ? null : `no verb ${plain.join(' ')}`;
  const { verb } = await entry.load();
  const rest = words.slice(entry.words.split(' ').length);
  return wordsFault(verb, rest, whole);
}

function wordsFault(verb: Verb, words: string[], whole: boolean): string | null {
  const takes = flagsOf(verb);
  const given: string[] = [];
  const args: string[] = [];
  for (let i = 0; i < words.length; i++) {
    const word = words[i] as string;
    if (!word.startsWith('--')) {
      args.push(word);
      continue;
    }
    const value = takes.get(word);
    if (value === undefined) return `no option ${word}`;
    given.push(word);
    if (value && ++i >= words.length) return `${word} takes a value`;
  }
  if (!whole || given.includes('--help')) return null;
  const names = Object.keys(verb.arguments ?? {});
  const least = names.filter((name) => name.startsWith('<')).length;
  const most = names.some((name) => name.includes('...')) ? Number.POSITIVE_INFINITY : names.length;
  if (args.length < least || args.length > most) return `${args.length} arguments where it takes ${least} to ${most}`;
  const missing = (verb.options ?? []).find((option) => option.required && !given.includes(option.flags.split(' ')[0] as string));
  return missing ? `${missing.flags} is missing` : null;
}

/** Every option of a verb, and whether it takes a value. */
function flagsOf(verb: Verb): Map<string, boolean> {
  const flags = new Map<string, boolean>([['--help', false]]);
  if (verb.json) flags.set('--json', false);
  for (const option of verb.options ?? []) flags.set(option.flags.split(/[ ,]/)[0] as string, option.flags.includes('<'));
  for (const name of [...commonSettings, ...(verb.parts ? partsSettings : [])]) flags.set(`--${settings[name].flag}`, true);
  return flags;
}
