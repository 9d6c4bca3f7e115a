import type { Span } from '../../schema/scores.ts';
import type { NameList } from './name-list.ts';
import { maskingRules } from './rules.ts';

/**
 * Raises whenever the same text is masked otherwise; part of every input id and of the id of every model of texts.
 * 1: the rules. 2: names that exports list as well; where none are listed both give the same.
 */
export const MASKING_VERSION = 2;
/** Since when listed names are masked. */
export const NAMES_SINCE = 2;

/** One masked stretch, in code points of the text as given. */
export interface Mask {
  rule: string;
  start: number;
  end: number;
}

export interface MaskedText {
  text: string;
  /** In the order of the text; they do not overlap. */
  masks: Mask[];
  /** Number of masks. */
  count: number;
  /** A span of the masked text, in code points, as a span of the text as given. A cut mask counts whole. */
  toOriginal(span: Span): Span;
}

/** A mask with its place in the masked text as well. */
interface Place extends Mask {
  maskedStart: number;
  maskedEnd: number;
}

/**
 * The masked view of a text: what encoders and pages see. The stored text stays whole.
 * @param names what the participant's exports list; null masks by the rules alone
 */
export function maskText(text: string, names: NameList | null = null): MaskedText {
  let masked = '';
  let unit = 0;
  let start = 0;
  let maskedStart = 0;
  const places: Place[] = [];
  for (const { rule, token, from, to } of findAll(text, names)) {
    const before = codePoints(text, unit, from);
    start += before;
    maskedStart += before;
    const end = start + codePoints(text, from, to);
    masked += text.slice(unit, from) + token;
    places.push({ rule, start, end, maskedStart, maskedEnd: maskedStart + token.length });
    unit = to;
    start = end;
    maskedStart += token.length;
  }
  return {
    text: masked + text.slice(unit),
    masks: places.map(({ rule, start, end }) => ({ rule, start, end })),
    count: places.length,
    toOriginal: ([from, to]) => [originalPoint(from, places, false), originalPoint(to, places, true)],
  };
}

interface Found {
  rule: string;
  token: string;
  from: number;
  to: number;
}

/** Matches in the order of the text, in UTF-16 units. */
function findAll(text: string, names: NameList | null): Found[] {
  const found: Found[] = [];
  const taken = new Uint8Array(text.length);
  for (const { rule, token, pattern, accepts } of maskingRules) {
    for (const match of text.matchAll(pattern)) {
      const from = match.index;
      const to = from + match[0].length;
      if (taken.subarray(from, to).includes(1) || accepts?.(match[0]) === false) continue;
      taken.fill(1, from, to);
      found.push({ rule, token, from, to });
    }
  }
  for (const { from, to } of names?.find(text) ?? []) {
    // What a rule took, such as an address with a name in it, stays as it is.
    if (taken.subarray(from, to).includes(1)) continue;
    taken.fill(1, from, to);
    found.push({ rule: 'name', token: '[USER]', from, to });
  }
  return found.sort((a, b) => a.from - b.from);
}

function originalPoint(at: number, places: readonly Place[], isEnd: boolean): number {
  let shift = 0;
  for (const place of places) {
    if (at <= place.maskedStart) break;
    if (at < place.maskedEnd) return isEnd ? place.end : place.start;
    shift = place.end - place.maskedEnd;
  }
  return at + shift;
}

/** Number of Unicode code points between two places of a text. */
function codePoints(text: string, from: number, to: number): number {
  let count = 0;
  for (let i = from; i < to; i++) {
    const unit = text.charCodeAt(i);
    const isPair = unit >= 0xd800 && unit <= 0xdbff && i + 1 < to && (text.charCodeAt(i + 1) & 0xfc00) === 0xdc00;
    if (isPair) i++;
    count++;
  }
  return count;
}
