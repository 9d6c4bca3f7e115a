import { type DateOrder, dayOf } from './dates.ts';
import type { Stamp } from './stamp.ts';

/** What phones write for the halves of a day, without dots and spaces. */
const MORNING: ReadonlySet<string> = new Set([
  ...['am', 'a', 'дп', 'vorm', 'fm', 'ap', 'pg', 'πμ', 'ص', 'قظ', 'öö', 'sa', 'dop', 'de', 'rano', 'पूर्वाह्न', 'পূর্বাহ্ণ', 'เช้า'],
  ...['오전', '上午', '午前', '凌晨', '早上', '清晨', '早晨', 'לפנה״צ', 'лпладне', 'epd', 'eparadites'],
  ...['проб', 'претпладне', 'претпл', 'преподне', 'prepodne', 'prijepodne', 'vm', 'fh', 'pd', 'priešpiet', 'priekšp', 'pagi', 'to'],
  ...['ก่อนเที่ยง', 'முற்பகல்', 'ಪೂರ್ವಾಹ್ನ', 'मपू', 'قبلدوپہر', 'နံနက်', 'таңкы'],
]);
const AFTERNOON: ReadonlySet<string> = new Set([
  ...['pm', 'p', 'пп', 'nachm', 'em', 'ip', 'ptg', 'μμ', 'م', 'بظ', 'ös', 'ch', 'odp', 'du', 'अपराह्न', 'অপরাহ্ণ'],
  ...['오후', '下午', '午後', '晚上', '傍晚', 'אחה״צ', 'слпладне', 'emd', 'epasdites'],
  ...['слоб', 'попладне', 'попл', 'поподне', 'popodne', 'poslijepodne', 'pop', 'nm', 'eh', 'md', 'popiet', 'pēcp', 'petang', 'tk'],
  ...['หลังเที่ยง', 'பிற்பகல்', 'ಅಪರಾಹ್ನ', 'मउ', 'بعددوپہر', 'ညနေ', 'түштөнкийинки'],
]);
/** 11 or 12 of these is before noon or at it, 1 after. */
const NOON: ReadonlySet<string> = new Set(['中午']);
/** Words around a time that say nothing of it. */
const PLAIN: ReadonlySet<string> = new Set([
  '',
  'à',
  'às',
  'as',
  'at',
  'klo',
  'kl',
  'u',
  'um',
  'uhr',
  'o',
  'ob',
  'г',
  'гч',
  'ч',
  'в',
  'ore',
  'jam',
  'saat',
  'lúc',
  'من',
  'i',
  'a las',
  'alas',
  '日',
  '일',
  'min',
  'h',
  's',
]);

/** The wall clock of a stamp as ISO without a zone, or null where there is no such time. */
export function wallOf(stamp: Stamp, order: DateOrder, lastYear: number): string | null {
  const day = dayOf(stamp, order, lastYear);
  const hour = hourOf(stamp);
  if (day === null || hour === null || hour > 23 || stamp.minute > 59 || stamp.second > 59) return null;
  const two = (number: number): string => String(number).padStart(2, '0');
  return `${new Date(day).toISOString().slice(0, 10)}T${two(hour)}:${two(stamp.minute)}:${two(stamp.second)}`;
}

/** The hour of 24; null where a word may mean either half. */
function hourOf({ hour, words }: Stamp): number | null {
  const bare = words.replaceAll(/[.\s日일]/g, '').replace(/^(?:à|às|klo|kl|at|г|u|um|de las|lúc)/, '');
  if (PLAIN.has(bare) || PLAIN.has(words.replaceAll('.', ''))) return hour;
  if (hour > 12) return MORNING.has(bare) || AFTERNOON.has(bare) ? hour : null;
  if (MORNING.has(bare)) return hour === 12 ? 0 : hour;
  if (AFTERNOON.has(bare)) return hour === 12 ? 12 : hour + 12;
  if (NOON.has(bare)) return hour < 11 ? hour + 12 : hour;
  return null;
}
