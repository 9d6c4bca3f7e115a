/** How a file marks where a message begins: `[stamp] `, `stamp - `, `stamp, ` after a Korean date, or `stamp: ` of iPhones before 2017. */
export type StampStyle = 'bracket' | 'dash' | 'comma' | 'colon';

/** The beginning of a message as it is written, before it is known which number is the day. */
export interface Stamp {
  style: StampStyle;
  /** The three numbers of the date in their order, and the digits of each. */
  date: readonly [number, number, number];
  digits: readonly [number, number, number];
  separator: string;
  hour: number;
  minute: number;
  second: number;
  /** Words around the time, such as `p. m.`. */
  words: string;
  /** Characters of the line that the stamp takes up. */
  length: number;
}

/** As much of a line as is looked at. */
export const HEAD_BYTES = 160;

/** A stamp has more characters than this. */
export const SHORTEST = 8;

const MARKS = /[\u200e\u200f\u061c\u202a-\u202e\u2066-\u2069\ufeff]/;
/** A line without such a beginning has no stamp: most lines of a long message are told by their first character. */
const MAY_BEGIN = /^[\u200e\u200f\u061c\u202a-\u202e\u2066-\u2069\ufeff]*[[\p{Nd}]/u;
const SPACES = /[\u00a0\u2000-\u200a\u202f\u3000]/;
/** Zero of each script whose digits a phone writes. */
const ZEROS = [0x660, 0x6f0, 0x966, 0x9e6, 0xa66, 0xae6, 0xbe6, 0xc66, 0xce6, 0xd66, 0xe50, 0x1040, 0xff10];

/** With seconds and a year at the end of the date: logs of other programs begin otherwise. */
const COLON = /^(\d{1,2}[./]\d{1,2}[./]\d{2,4},? \d{1,2}:\d{2}:\d{2}(?: [^\s:]{1,6})?): /;
const DATE = String.raw`(\d{1,4}) ?([./\-年년]) ?(\d{1,2}) ?[./\-月월] ?(\d{1,4})`;
const TIME = String.raw`(\d{1,2})(?:[:.]| ?h ?)(\d{2})(?:(?:[:.]| ?min ?)(\d{2})(?: ?s)?)?`;
const DATE_FIRST = new RegExp(String.raw`^${DATE}(\D{1,16}?)${TIME}(\D{0,16})$`);
const TIME_FIRST = new RegExp(String.raw`^${TIME}(\D{0,12}?)[,،]? ${DATE}\.?$`);

/**
 * The stamp at the beginning of a line, or null where no message begins. Only the form is looked at, not whether there is
 * such a day. Marks of direction are passed over, digits of any script are digits.
 */
export function stampOf(line: string): Stamp | null {
  if (!MAY_BEGIN.test(line)) return null;
  const { plain, ends } = plainText(line.slice(0, HEAD_BYTES));
  const bracket = /^\[([^[\]]{8,64})\] ?/.exec(plain);
  if (bracket !== null) return readStamp('bracket', bracket[1] as string, ends[bracket[0].length - 1] ?? 0);
  if (!/^\d/.test(plain)) return null;
  const dash = /^(.{8,64}?) [-–—] ?/.exec(plain);
  if (dash !== null) return readStamp('dash', dash[1] as string, ends[dash[0].length - 1] ?? 0);
  const comma = /^(\d{4}년.{8,40}?\d:\d{2}), /.exec(plain);
  if (comma !== null) return readStamp('comma', comma[1] as string, ends[comma[0].length - 1] ?? 0);
  const colon = COLON.exec(plain);
  return colon === null ? null : readStamp('colon', colon[1] as string, ends[colon[0].length - 1] ?? 0);
}

/** How a line's beginning marks a message, or undefined where none begins. */
export function styleOf(line: Buffer): StampStyle | undefined {
  return line.length <= SHORTEST ? undefined : stampOf(line.toString('utf8', 0, HEAD_BYTES))?.style;
}

function readStamp(style: StampStyle, text: string, length: number): Stamp | null {
  const dated = DATE_FIRST.exec(text.trim());
  if (dated !== null) {
    const [, a, separator, b, c, before, hour, minute, second, after] = dated as unknown as string[];
    return stamp(style, [a, b, c], separator, [hour, minute, second], `${before} ${after ?? ''}`, length);
  }
  const timed = TIME_FIRST.exec(text.trim());
  if (timed === null) return null;
  const [, hour, minute, second, words, a, separator, b, c] = timed as unknown as string[];
  return stamp(style, [a, b, c], separator, [hour, minute, second], words ?? '', length);
}

type Written = string | undefined;

function stamp(style: StampStyle, date: Written[], separator: Written, time: Written[], words: string, length: number): Stamp {
  const [a = '', b = '', c = ''] = date;
  const [hour = '', minute = '', second = '0'] = time;
  return {
    style,
    date: [Number(a), Number(b), Number(c)],
    digits: [a.length, b.length, c.length],
    separator: separator ?? '',
    hour: Number(hour),
    minute: Number(minute),
    second: Number(second),
    words: words
      .replaceAll(/[\s,،]+/g, ' ')
      .trim()
      .toLowerCase(),
    length,
  };
}

/** Text without marks, with plain spaces and digits; and for each of its characters where it ends in the text as given. */
export function plainText(text: string): { plain: string; ends: number[] } {
  let plain = '';
  const ends: number[] = [];
  for (let i = 0; i < text.length; i++) {
    const char = text[i] as string;
    const code = char.charCodeAt(0);
    if (code < 0x80) {
      plain += char;
      ends.push(i + 1);
      continue;
    }
    if (MARKS.test(char)) continue;
    const zero = code < 0x660 ? undefined : ZEROS.find((first) => code >= first && code < first + 10);
    plain += zero === undefined ? (SPACES.test(char) ? ' ' : char) : String(code - zero);
    ends.push(i + 1);
  }
  return { plain, ends };
}
