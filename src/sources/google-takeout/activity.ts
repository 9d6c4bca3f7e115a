import type { Moment } from '../../../schema/records.ts';
import type { Clock } from '../reading/clock.ts';
import { isFields } from '../reading/documents.ts';
import { decodeEntities } from '../reading/entities.ts';
import { addWord, contentId, eventOutcome, numberFrom, type Values } from '../reading/measurements.ts';
import { bad, type Outcome } from '../reading/outcome.ts';
import { outsideText } from '../reading/outside-text.ts';
import { activityMoment } from './dates.ts';

/** What begins each entry of a page of activity. */
export const CELL = '<div class="content-cell mdl-cell mdl-cell--6-col mdl-typography--body-1">';

/** An entry of `MyActivity.json`, `watch-history.json`, `search-history.json`. Addresses and places are not kept. */
export function activityOutcome(entry: unknown, clock: Clock): Outcome {
  if (!isFields(entry)) return bad('wrong-shape');
  const time = clock.utcAt(entry.time);
  const { title, header } = entry;
  const names = Array.isArray(entry.subtitles) ? entry.subtitles.map((item) => (isFields(item) ? item.name : null)) : [];
  return visit({ product: header, title, channel: names.find((name) => typeof name === 'string') }, time, clock);
}

/** An entry of a page: what was done, links, and the time in the last line that has one. */
export function cellOutcome(html: string, clock: Clock): Outcome {
  const inner = html.slice(CELL.length, indexOr(html, '</div>', html.length));
  const lines = inner.split(/<br\s*\/?>/).map(plain);
  let time: Moment | null = null;
  let last = lines.length;
  while (time === null && last > 1) time = activityMoment(lines[--last] as string, clock);
  const [title, channel] = lines.slice(0, last);
  const product = /<b>[^<]*<\/b><br\s*\/?>(?:&emsp;|\s)*([^<]*)</.exec(html.slice(CELL.length + inner.length))?.[1];
  return visit({ product: product === undefined ? null : plain(product), title, channel }, time, clock);
}

/** An entry of the browser's history, in microseconds of UTC. */
export function visitOutcome(entry: unknown, clock: Clock): Outcome {
  if (!isFields(entry)) return bad('wrong-shape');
  const time = clock.utc(Math.floor(numberFrom(entry.time_usec) / 1000));
  return visit({ product: 'Chrome', title: entry.title, key: outsideText(entry.url) }, time, clock);
}

interface Visit {
  product: unknown;
  title: unknown;
  channel?: unknown;
  /** What tells it from others, and is not kept. */
  key?: string;
}

function visit({ product, title, channel, key }: Visit, time: Moment | null, clock: Clock): Outcome {
  const values: Values = {};
  addWord(values, 'title', title);
  addWord(values, 'channel', channel);
  if (Object.keys(values).length > 0) addWord(values, 'product', product);
  const id = time === null ? null : contentId('activity', time.utc, outsideText(product), outsideText(title), key);
  return eventOutcome(clock, { id, event: 'other', time, end: null, values, device: null, version: null });
}

function plain(html: string): string {
  return decodeEntities(html.replaceAll(/<[^>]*>/g, ''))
    .replaceAll(/[\s\u00a0]+/g, ' ')
    .trim();
}

function indexOr(text: string, part: string, otherwise: number): number {
  const at = text.indexOf(part);
  return at === -1 ? otherwise : at;
}
