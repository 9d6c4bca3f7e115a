import type { Span } from '../../schema/scores.ts';

/** Raises whenever the same text is masked otherwise; part of every input id. */
export const MASKING_VERSION = 1;

/** One masked stretch, in code points of the text as given. */
export interface Mask {
  rule: string;
  start: number;
  end: number;
}

export interface MaskedText {
  text: string;
  masks: Mask[];
  /** A span of the masked text, in code points, as a span of the text as given. A cut mask counts whole. */
  toOriginal(span: Span): Span;
}

/** In order: what an earlier rule took, a later one does not see. The tokens are those the encoders met in training. */
const rules: { rule: string; token: string; pattern: RegExp }[] = [
  { rule: 'email', token: '[EMAIL]', pattern: /[\p{L}\p{N}._%+-]{1,64}@[\p{L}\p{N}-]{1,63}(?:\.[\p{L}\p{N}-]{1,63})+/gu },
  { rule: 'url', token: '[URL]', pattern: /\b(?:https?:\/\/|www\.)[^\s<>"']+/giu },
  { rule: 'handle', token: '[NAME]', pattern: /(?<![\p{L}\p{N}_@])@[\p{L}\p{N}_](?:[\p{L}\p{N}_.-]*[\p{L}\p{N}_])?/gu },
  { rule: 'reddit-user', token: '[NAME]', pattern: /(?<![\p{L}\p{N}/])\/?u\/[A-Za-z0-9_-]{3,20}\b/gu },
  { rule: 'iban', token: '[NUMBER]', pattern: /\b[A-Z]{2}\d{2}(?: ?[A-Z0-9]{4}){3,7}(?: ?[A-Z0-9]{1,4})?\b/gu },
  {
    rule: 'phone',
    token: '[PHONE]',
    pattern: /(?<![\p{L}\p{N}.,:/-])(?:\+\d{1,3}[ .-]?)?(?:\(\d{1,5}\)[ .-]?)?\d{2,5}(?:[ .-]\d{2,5}){1,4}(?![\p{L}\p{N}:/]|[.,-]\d)/gu,
  },
  { rule: 'number', token: '[NUMBER]', pattern: /(?<![\p{L}\p{N}.,])\+?\d{8,}(?![\p{L}\p{N}]|[.,]\d)/gu },
];

/** Digits that a phone number has; fewer are a price, a year, a score, more are something else. */
function isPhone(match: string): boolean {
  const digits = match.replace(/\D/g, '').length;
  if (digits < 8 || digits > 15) return false;
  // Dates and spans of years read like phone numbers.
  return !/^(?:\d{4}[ .-]\d{1,2}[ .-]\d{1,2}|\d{1,2}[ .-]\d{1,2}[ .-]\d{4}|(?:19|20)\d{2}[ -](?:19|20)\d{2})$/.test(match);
}

/** The masked view of a text: what encoders and pages see. The stored text stays whole. */
export function maskText(text: string): MaskedText {
  const found: { rule: string; token: string; from: number; to: number }[] = [];
  for (const { rule, token, pattern } of rules) {
    for (const match of text.matchAll(pattern)) {
      if (rule === 'phone' && !isPhone(match[0])) continue;
      const from = match.index;
      const to = from + match[0].length;
      if (!found.some((other) => from < other.to && other.from < to)) found.push({ rule, token, from, to });
    }
  }
  found.sort((a, b) => a.from - b.from);
  let masked = '';
  let unit = 0;
  let point = 0;
  let maskedPoint = 0;
  const masks: Mask[] = [];
  const pieces: { maskedStart: number; maskedEnd: number; start: number; end: number }[] = [];
  for (const { rule, token, from, to } of found) {
    const before = points(text.slice(unit, from));
    const inside = points(text.slice(from, to));
    masked += text.slice(unit, from) + token;
    masks.push({ rule, start: point + before, end: point + before + inside });
    pieces.push({
      maskedStart: maskedPoint + before,
      maskedEnd: maskedPoint + before + token.length,
      start: point + before,
      end: point + before + inside,
    });
    unit = to;
    point += before + inside;
    maskedPoint += before + token.length;
  }
  return { text: masked + text.slice(unit), masks, toOriginal: ([start, end]) => [back(start, false), back(end, true)] };

  function back(at: number, isEnd: boolean): number {
    let shift = 0;
    for (const piece of pieces) {
      if (at <= piece.maskedStart) break;
      if (at < piece.maskedEnd) return isEnd ? piece.end : piece.start;
      shift = piece.end - piece.maskedEnd;
    }
    return at + shift;
  }
}

/** Length in Unicode code points. */
function points(text: string): number {
  let n = 0;
  for (const _ of text) n++;
  return n;
}
