import type { Moment } from '../../../schema/records.ts';
import type { Clock } from '../reading/clock.ts';

const MONTHS: readonly RegExp[] = [
  ...[
    /^(?:jan|ene|gen|janv|sty|янв|січ|oca)/,
    /^(?:feb|fév|fev|lut|фев|лют|şub)/,
    /^(?:mar|mär|mrz|mrt|мар|бер)/,
    /^(?:apr|abr|avr|kwi|апр|кві|nis)/,
    /^(?:may|mai|mag|mei|maj|мая|май|тра)/,
    /^(?:jun|juin|giu|cze|июн|чер|haz)/,
  ],
  ...[
    /^(?:jul|juil|lug|lip|июл|лип|tem)/,
    /^(?:aug|aoû|ago|sie|авг|сер|ağu)/,
    /^(?:sep|set|wrz|сен|вер|eyl)/,
    /^(?:oct|okt|ott|out|paź|окт|жов|eki)/,
    /^(?:nov|lis|ноя|лис|kas)/,
    /^(?:dec|dez|dic|déc|gru|дек|гру|ara)/,
  ],
];

/** Minutes east of the abbreviations that such pages use; others state no zone that could be known. */
const ZONES: Readonly<Record<string, number>> = {
  ...{ UTC: 0, GMT: 0, WET: 0, WEST: 60, BST: 60, CET: 60, CEST: 120, MEZ: 60, MESZ: 120, EET: 120, EEST: 180, MSK: 180 },
  ...{ EST: -300, EDT: -240, CST: -360, CDT: -300, MST: -420, MDT: -360, PST: -480, PDT: -420, JST: 540, AEST: 600, AEDT: 660 },
  ...{ BRT: -180, ART: -180, CLT: -240, CLST: -180, AKST: -540, AKDT: -480, HST: -600, KST: 540, SGT: 480, HKT: 480, WIB: 420, PKT: 300 },
  ...{ SAST: 120, NZST: 720, NZDT: 780, TRT: 180, GST: 240 },
};

/** The half of the day stands behind the time, in East Asia before it. */
const TIME = /(?:(오전|上午|午前)|(오후|下午|午後))?\s*(\d{1,2})[:.](\d\d)[:.](\d\d)(?:\s*(?:(A)|(P))\.?\s?M\b\.?)?/i;
/** Forms of a day, with the numbers of the groups for year, month and day. */
const DAYS: readonly (readonly [pattern: RegExp, year: number, month: number, day: number])[] = [
  [/(\p{L}{3,})\.?\s+(\d{1,2}),\s*(\d{4})/u, 3, 1, 2],
  [/(\d{4})[./年년]\s?(\d{1,2})[./月월]\s?(\d{1,2})/, 1, 2, 3],
  [/(\d{1,2})\.(\d{1,2})\.(\d{4})/, 3, 2, 1],
  [/(\d{1,2})\.?\s+(?:de\s+)?(\p{L}{3,})\.?,?\s+(?:de\s+)?(\d{4})/u, 3, 2, 1],
];

/** A time as a page of activity writes it: `Feb 13, 2024, 8:36:49 AM EET`, `13.02.2024, 08:36:49 MEZ`. Null where it cannot be read. */
export function activityMoment(written: string, clock: Clock): Moment | null {
  const text = written.replaceAll(/[\u00a0\u202f]/g, ' ').trim();
  const day = readDay(text);
  // Digits of a date with dots must not pass for a time.
  const after = text.slice(day?.end ?? 0);
  const time = TIME.exec(after);
  if (day === null || time === null) return null;
  const [matched, before, afterwards, hour = '', minute, second, am, pm] = time;
  const isLate = (afterwards ?? pm) !== undefined;
  const hours = isLate || (before ?? am) !== undefined ? (Number(hour) % 12) + (isLate ? 12 : 0) : Number(hour);
  return clock.wall(`${day.iso}T${two(hours)}:${minute}:${second}`, offsetIn(after.replace(matched, ' ')));
}

function readDay(text: string): { iso: string; end: number } | null {
  for (const [pattern, year, month, day] of DAYS) {
    const found = pattern.exec(text);
    if (found === null) continue;
    const written = found[month] ?? '';
    const number = /^\d/.test(written) ? Number(written) : monthOf(written);
    if (number === 0) continue;
    return { iso: `${found[year]}-${two(number)}-${two(Number(found[day]))}`, end: found.index + found[0].length };
  }
  return null;
}

function monthOf(name: string): number {
  return MONTHS.findIndex((pattern) => pattern.test(name.toLowerCase())) + 1;
}

function offsetIn(text: string): number | null {
  const found = /(?:UTC|GMT)\s?([+-])(\d{1,2})(?::?(\d\d))?/.exec(text);
  if (found !== null) return (found[1] === '-' ? -1 : 1) * (Number(found[2]) * 60 + Number(found[3] ?? 0));
  return ZONES[/\b[A-Z]{3,4}\b/.exec(text)?.[0] ?? ''] ?? null;
}

function two(number: number): string {
  return String(number).padStart(2, '0');
}
