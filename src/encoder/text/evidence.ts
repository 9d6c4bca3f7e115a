import type { Span } from '../../../schema/scores.ts';
import type { Alignment } from './align.ts';

/** Part of the positive mass that evidence words must hold together, and the most words given for it. */
const enough = 0.5;
const most = 8;

/**
 * The fewest words that hold half of what speaks for a decision, at most eight, as spans in code points.
 * A word's share is the sum over its tokens; special tokens and bare punctuation are left out; of equal words the
 * earlier comes first; words that follow one another are one span.
 * @param share each token's share of the logit, in the direction of the decision.
 */
export function evidenceSpans(alignment: Alignment, share: (token: number) => number): Span[] {
  const shares = new Float64Array(alignment.words.length);
  const { words, wordOf } = alignment;
  for (let token = 0; token < wordOf.length; token++) {
    const word = wordOf[token] as number;
    if (word >= 0) shares[word] = (shares[word] as number) + share(token);
  }
  const speaking: number[] = [];
  let total = 0;
  for (let k = 0; k < words.length; k++) {
    if (!words[k]?.speaks || !((shares[k] as number) > 0)) continue;
    speaking.push(k);
    total += shares[k] as number;
  }
  speaking.sort((a, b) => (shares[b] as number) - (shares[a] as number) || a - b);
  const chosen: number[] = [];
  let held = 0;
  for (const k of speaking) {
    if (chosen.length === most || held >= enough * total) break;
    chosen.push(k);
    held += shares[k] ?? 0;
  }
  return merge(alignment, chosen);
}

function merge(alignment: Alignment, chosen: number[]): Span[] {
  const spans: Span[] = [];
  let last = Number.NaN;
  for (const k of chosen.sort((a, b) => a - b)) {
    const word = alignment.words[k];
    const open = spans.at(-1);
    if (word === undefined) continue;
    if (open && k === last + 1) open[1] = word.end;
    else spans.push([word.start, word.end]);
    last = k;
  }
  return spans;
}
