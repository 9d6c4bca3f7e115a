import { DEVICE } from './series.ts';

/** Trackers whose values the account's own series hold; phones and other apps are devices of their own. */
const TRACKERS = /fitbit|charge|versa|inspire|sense|luxe|alta|ionic|blaze|flex|surge|pixel watch|\bace\b|\bzip\b|\bone\b/i;
const OTHERS = /health kit|health connect|health app|mobile|phone/i;

/** The device of a row: the account's trackers are one, so that tables and JSON files of the same values agree. */
export function deviceOf(dataSource: string | undefined): string {
  const source = dataSource?.trim() ?? '';
  return source === '' || (TRACKERS.test(source) && !OTHERS.test(source)) ? DEVICE : source;
}
