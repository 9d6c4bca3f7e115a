/** A kind of stretch that names a person or a place where they are. */
export interface MaskingRule {
  rule: string;
  /** What stands in its place. `[USER]` and `[URL]` are what the encoders met in training in such places. */
  token: string;
  pattern: RegExp;
  /** Whether a match is meant after all. */
  accepts?(match: string): boolean;
}

const TLDS = 'com|org|net|edu|gov|info|io|app|dev|de|at|ch|fr|nl|es|it|eu|uk|ca|au|ly|gg|tv|gl|gd|be|se|no|dk|fi|pl|jp|cn|ru|br|in';
/** Endings that are words as well: a name with one of them is an address on the web only before a path. */
const SHORTENERS = 'co|ee|me|am|to|so|us|ai';
const STREETS = 'Street|St|Avenue|Ave|Road|Rd|Lane|Ln|Drive|Boulevard|Blvd|Court|Crescent|Terrace|Square|Highway|Hwy';

/** In order: what an earlier rule took, a later one does not see. Every pattern is bounded, so that time grows with the text alone. */
export const maskingRules: readonly MaskingRule[] = [
  {
    rule: 'email',
    token: '[USER]',
    pattern: /(?<![\p{L}\p{N}._%+@-])[\p{L}\p{N}._%+-]{1,64}@[\p{L}\p{N}-]{1,63}(?:\.[\p{L}\p{N}-]{1,63}){1,5}/gu,
  },
  {
    rule: 'url',
    token: '[URL]',
    // With a scheme or www; or a bare name with a well-known ending, alone or before a path.
    pattern: new RegExp(
      String.raw`(?:\bhttps?:\/\/|\bwww\.)[^\s<>"']{1,2048}(?<![.,!?;:)\]}…])` +
        String.raw`|(?<![\p{L}\p{N}@._-])(?:[a-z0-9][a-z0-9-]{0,62}\.){1,4}(?:(?:${TLDS}|${SHORTENERS})\/[^\s<>"']{0,2048}(?<![.,!?;:)\]}…])|(?:${TLDS})(?![\p{L}\p{N}]|\.[\p{L}\p{N}]))`,
      'giu',
    ),
  },
  {
    rule: 'handle',
    token: '[USER]',
    // Not a time or a price behind an at sign; a second part is the server of a Mastodon account.
    pattern:
      /(?<![\p{L}\p{N}_@]|[\p{L}\p{N}]\.)[@＠](?!\d+(?:[:.,]\d+)?\s?(?:am|pm|h|k|%|€)?(?![\p{L}\p{N}_]))[\p{L}\p{N}_](?:[\p{L}\p{N}_.-]{0,62}[\p{L}\p{N}_])?(?:@[\p{L}\p{N}-]{1,63}(?:\.[\p{L}\p{N}-]{1,63}){1,4})?/giu,
  },
  { rule: 'handle', token: '[USER]', pattern: /(?<![\p{L}\p{N}/._-])\/?u\/[A-Za-z0-9_-]{3,20}(?![\p{L}\p{N}/])/gu },
  {
    rule: 'account-number',
    token: '[NUMBER]',
    pattern: /(?<![\p{L}\p{N}])[A-Z]{2}\d{2}(?: ?[A-Z0-9]{4}){2,7}(?: ?[A-Z0-9]{1,3})?(?![\p{L}\p{N}])/gu,
    accepts: (match) => /\d{4}/.test(match.slice(4)) || (match.match(/\d/g) ?? []).length >= 10,
  },
  {
    rule: 'account-number',
    token: '[NUMBER]',
    pattern: /(?<![\p{L}\p{N}.,-])(?:\d{4}[ -]){3}\d{1,7}(?![\p{L}\p{N}]|[.,]\d)/gu,
    accepts: (match) => !/^(?:(?:19|20)\d{2}[ -]?)+$/.test(match),
  },
  { rule: 'account-number', token: '[NUMBER]', pattern: /(?<![\p{L}\p{N}.,-])\d{3}-\d{2}-\d{4}(?![\p{L}\p{N}-])/gu },
  {
    rule: 'phone',
    token: '[NUMBER]',
    // With a country code, an area code in brackets, a leading zero, or in North American groups.
    pattern:
      /(?<![\p{L}\p{N}.,:/+-])(?:(?:\+|00)\d{1,3}[ .\-/]{0,2}(?:\(\d{1,5}\)[ .-]?)?\d{1,5}(?:[ .\-/]{0,2}\d{1,8}){1,6}|(?:1[ .-])?\(\d{2,5}\)[ .-]{0,2}\d{2,8}(?:[ .-]\d{2,6}){0,3}|(?:1[ .-])?[2-9]\d{2}([ .-])\d{3}\1\d{4}|0\d{1,4}(?:[ .\-/]{1,3}\d{2,8}){1,5})(?![\p{L}\p{N}]|[:/.,-]\d)/gu,
    accepts: isPhone,
  },
  {
    rule: 'phone',
    token: '[NUMBER]',
    // Seven digits alone are a phone number only where the words before say so.
    pattern:
      /(?<=(?:call|text|phone|tel|cell|mobile|whatsapp|reach me|number|ring)[^\d\n]{0,20})\d{3}[-. ]\d{4}(?![\p{L}\p{N}]|[:/.,-]\d)/giu,
  },
  { rule: 'number', token: '[NUMBER]', pattern: /(?<![\p{L}\p{N}.,$€£+-])\d{9,24}(?![\p{L}\p{N}%€]|[.,]\d)/gu },
  {
    rule: 'address',
    token: '[ADDRESS]',
    pattern: new RegExp(
      String.raw`(?<![\p{L}\p{N}.,$€£])\d{1,5}[A-Za-z]?,? (?:[NSEW]\.? )?(?:[A-Z0-9][\p{L}\p{N}'’.-]{0,30} ){1,3}(?:${STREETS})(?![\p{L}\p{N}])`,
      'gu',
    ),
  },
  {
    rule: 'address',
    token: '[ADDRESS]',
    // One word (`Lindenstraße`), or several (`Am Alten Weg`).
    pattern:
      /(?<![\p{L}\p{N}])(?:\p{Lu}[\p{L}-]{1,40}(?:stra(?:ß|ss)e|str\.|weg|platz|allee|gasse|ring|damm)|(?:\p{Lu}[\p{L}-]{1,40}[- ]){1,3}(?:Stra(?:ß|ss)e|Str\.|Weg|Platz|Allee|Gasse|Ring|Damm))\s?\d{1,4}(?:\s?[a-z])?(?![\p{L}\p{N}])/gu,
  },
  {
    rule: 'address',
    token: '[ADDRESS]',
    pattern:
      /(?<![\p{L}\p{N}])\d{1,4}(?: (?:bis|ter))?,? (?:rue|avenue|boulevard|chemin|allée|impasse|quai) (?:(?:de|du|des|la|le|les) |d['’]|l['’]){0,3}\p{Lu}[\p{L}'’-]{1,40}(?: \p{Lu}[\p{L}'’-]{1,40}){0,2}/gu,
  },
];

/** Eight to fifteen digits, and no date or span of years. */
function isPhone(match: string): boolean {
  const digits = match.replaceAll(/\D/g, '').length;
  if (digits < 8 || digits > 15) return false;
  return !/^(?:\d{4}[ ./-]\d{1,2}[ ./-]\d{1,2}|\d{1,2}[ ./-]\d{1,2}[ ./-]\d{4}(?:[ ./-]\d{1,2})*|(?:19|20)\d{2}[ -](?:19|20)\d{2})$/.test(
    match,
  );
}
