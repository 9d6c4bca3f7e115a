/** The day that moments were last seen in: those of one day differ in their time of day alone. */
let day = '';
let dayMs = Number.NaN;

/** Milliseconds since 1970 of a moment in UTC as `2026-01-31T12:00:00.000Z`: the same as `Date.parse`, several times as fast. */
export function momentMs(utc: string): number {
  if (utc.length !== 24 || utc[10] !== 'T' || utc[13] !== ':' || utc[16] !== ':' || utc[19] !== '.' || utc[23] !== 'Z') {
    return Date.parse(utc);
  }
  const hour = 10 * digit(utc, 11) + digit(utc, 12);
  const minute = 10 * digit(utc, 14) + digit(utc, 15);
  const second = 10 * digit(utc, 17) + digit(utc, 18);
  const fraction = 100 * digit(utc, 20) + 10 * digit(utc, 21) + digit(utc, 22);
  // Where one is no digit the comparison is false too.
  if (!(hour < 24 && minute < 60 && second < 60 && fraction < 1000)) return Date.parse(utc);
  if (day === '' || !utc.startsWith(day)) {
    dayMs = Date.parse(`${utc.slice(0, 10)}T00:00:00.000Z`);
    day = utc.slice(0, 10);
  }
  return dayMs + ((hour * 60 + minute) * 60 + second) * 1000 + fraction;
}

/** The digit at a place of a text, or NaN. */
function digit(text: string, at: number): number {
  const value = text.charCodeAt(at) - 48;
  return value >= 0 && value <= 9 ? value : Number.NaN;
}
