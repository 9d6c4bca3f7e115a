import type { RecordPage, RecordQuery, RecordRow } from '../../../schema/api.ts';
import type { StoredRecord } from '../../../schema/records.ts';
import { NameList } from '../../consent/name-list.ts';
import type { Store } from '../../store/open.ts';
import { openRecord } from '../../store/records.ts';
import type { Mart } from '../mart/marts.ts';
import type { MartValue } from '../mart/protocol.ts';
import { type MaskText, maskText, namesOf } from '../masked-text.ts';
import { addScoreFilter, Conditions, type Filter, filtersScores } from './filters.ts';
import { martPieces } from './mart-stream.ts';

type RecordFilter = Filter & Pick<RecordQuery, 'type'>;
type Place = Pick<RecordRow, 'record' | 'participant' | 'source' | 'kind'>;
type ScoreOfRecord = RecordRow['scores'][number];

const sorts: Record<RecordQuery['sort'], string> = {
  time: 'time',
  '-time': 'time desc',
  participant: 'participant, time',
  '-participant': 'participant desc, time',
};
const noNames = new NameList([]);
/** Texts are opened and masked so many at a time: some milliseconds of the event loop. */
const slice = 100;

function recordConditions(filter: RecordFilter): Conditions {
  const conditions = new Conditions();
  conditions.addIn('r.participant', filter.participant);
  conditions.addIn('r.kind', filter.kind);
  conditions.addIn('r.type', filter.type === undefined ? undefined : [filter.type]);
  if (filter.from !== undefined) conditions.add(`r.day >= ${conditions.bind(filter.from)}::date`);
  if (filter.to !== undefined) conditions.add(`r.day <= ${conditions.bind(filter.to)}::date`);
  if (filtersScores(filter)) {
    const scores = conditions.nested();
    addScoreFilter(scores, { ...filter, participant: undefined, kind: undefined, from: undefined, to: undefined });
    conditions.add(`r.record in (select s.record from base.score s ${scores.where})`);
  }
  return conditions;
}

function orderedSql(query: RecordFilter & Pick<RecordQuery, 'sort'>, columns: string): { sql: string; values: MartValue[] } {
  const conditions = recordConditions(query);
  return { sql: `select ${columns} from records r ${conditions.where} order by ${sorts[query.sort]}, record`, values: conditions.values };
}

/** One page of records: found in the mart, opened from the store, masked. */
export async function recordPage(store: Store, mart: Mart, query: RecordQuery): Promise<RecordPage> {
  const { sql, values } = orderedSql(query, 'record, participant, source, kind');
  const places = await mart.rows<Place>(`${sql} limit ${query.size} offset ${(query.page - 1) * query.size}`, values);
  const conditions = recordConditions(query);
  const [counted] = await mart.rows<{ total: number }>(`select count(*) as total from records r ${conditions.where}`, conditions.values);
  return {
    rows: await openedRows(store, mart, places, maskText),
    total: counted?.total ?? 0,
    page: query.page,
    size: query.size,
    facets: {
      participant: await facet(mart, query, 'participant'),
      kind: await facet(mart, query, 'kind'),
      type: await facet(mart, query, 'type'),
    },
  };
}

/** Every record of the view, in slices. */
export async function* allRecords(store: Store, mart: Mart, query: RecordQuery): AsyncGenerator<RecordRow> {
  const object = "json_object('record', record, 'participant', participant, 'source', source, 'kind', kind)::varchar as row";
  for await (const piece of martPieces(mart, orderedSql(query, object), 'objects')) {
    const places = JSON.parse(`[${piece}]`) as Place[];
    for (let i = 0; i < places.length; i += slice) yield* await openedRows(store, mart, places.slice(i, i + slice), maskText);
  }
}

async function facet(mart: Mart, query: RecordFilter, name: 'participant' | 'kind' | 'type') {
  const conditions = recordConditions({ ...query, [name]: undefined });
  return mart.rows<{ value: string; count: number }>(
    `select r.${name} as value, count(*) as count from records r ${conditions.where} group by r.${name} order by count desc, value limit 200`,
    conditions.values,
  );
}

async function openedRows(store: Store, mart: Mart, places: readonly Place[], mask: MaskText): Promise<RecordRow[]> {
  if (places.length === 0) return [];
  const ids = places.map((place) => place.record);
  const stored = await store.db
    .selectFrom('record')
    .select(['id', 'participant', 'body', 'day', 'time_ms'])
    .where('id', 'in', ids)
    .execute();
  const rows = new Map(stored.map((row) => [row.id, row]));
  const scores = await scoresOf(mart, ids);
  const lists = new Map<string, NameList>();
  for (const participant of new Set(stored.map((row) => row.participant))) lists.set(participant, await namesOf(store, participant));
  const opened: RecordRow[] = [];
  for (const place of places) {
    const row = rows.get(place.record);
    // Erased since the mart was filled.
    if (!row) continue;
    const record = openRecord(await store.keys.key(row.participant), row);
    const { text, masked } = mask(inWords(record), lists.get(row.participant) ?? noNames);
    opened.push({
      ...place,
      type: record.type,
      day: row.day || null,
      time: new Date(row.time_ms).toISOString(),
      end: record.type === 'event' ? (record.end?.utc ?? null) : null,
      text,
      masked,
      scores: scores.get(place.record) ?? [],
    });
  }
  return opened;
}

/** What a record says: a post its text, an event or answer its values. */
export function inWords(record: StoredRecord): string {
  if (record.type === 'post') return record.text;
  if (record.type === 'self-report') return `${record.instrument} ${record.item}: ${record.value}`;
  const values = Object.entries(record.values).map(([name, { value, unit }]) => `${name} ${value}${unit === '1' ? '' : ` ${unit}`}`);
  return [record.event, ...values].join(' · ');
}

async function scoresOf(mart: Mart, records: readonly string[]): Promise<Map<string, ScoreOfRecord[]>> {
  const conditions = new Conditions();
  conditions.addIn('record', records);
  const found = await mart.process.run(
    `select record, head, grade, key, value, decision_json as decision from base.score ${conditions.where} order by record, head, model`,
    conditions.values,
  );
  const scores = new Map<string, ScoreOfRecord[]>();
  for (const { record, decision, ...row } of found) {
    const list = scores.get(String(record)) ?? [];
    list.push({ ...(row as unknown as ScoreOfRecord), decision: decision === null ? null : JSON.parse(String(decision)) });
    scores.set(String(record), list);
  }
  return scores;
}
