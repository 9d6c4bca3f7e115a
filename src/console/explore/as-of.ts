import type { AsOfPage, AsOfQuery, AsOfRow } from '../../../schema/api.ts';
import type { NameList } from '../../consent/name-list.ts';
import { type AsOfFilter, countAsOf, recordsAsOf } from '../../store/as-of.ts';
import type { Store } from '../../store/open.ts';
import { openRecord } from '../../store/records.ts';
import { maskText, namesOf } from '../masked-text.ts';
import { inWords } from './records.ts';

/** One page of the records of a study as they were known at a moment, masked. @throws AfferentError `unknown-study` */
export async function asOfPage(store: Store, study: string, query: AsOfQuery): Promise<AsOfPage> {
  const { page, size } = query;
  const filter = filterOf(query);
  return { rows: await asOfRows(store, study, filter, { page, size }), total: await countAsOf(store, study, filter), page, size };
}

/** Rows of one page, opened and masked. @throws AfferentError `unknown-study` */
export async function asOfRows(
  store: Store,
  study: string,
  filter: AsOfFilter | AsOfQuery,
  page: { page: number; size: number },
): Promise<AsOfRow[]> {
  const names = new Map<string, NameList>();
  const opened: AsOfRow[] = [];
  for (const row of await recordsAsOf(store, study, filterOf(filter), page)) {
    const { id, participant, source, kind, day, version } = row;
    const list = names.get(participant) ?? (await namesOf(store, participant));
    names.set(participant, list);
    const record = openRecord(await store.keys.key(participant), row);
    const { text, masked } = maskText(inWords(record), list);
    opened.push({
      ...{ record: id, participant, source, kind, type: record.type, day: day || null },
      time: new Date(row.time_ms).toISOString(),
      end: record.type === 'event' ? (record.end?.utc ?? null) : null,
      ...{ text, masked, version: version || null, known: row.known_at },
    });
  }
  return opened;
}

function filterOf({
  at,
  participant,
  source,
  type,
}: AsOfFilter | { [name in keyof AsOfFilter]: AsOfFilter[name] | undefined }): AsOfFilter {
  return {
    at: at as string,
    ...(participant === undefined ? {} : { participant }),
    ...(source === undefined ? {} : { source }),
    ...(type === undefined ? {} : { type }),
  };
}
