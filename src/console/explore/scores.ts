import type { ScorePage, ScoreQuery, ScoreRow } from '../../../schema/api.ts';
import type { Mart } from '../mart/marts.ts';
import type { MartValue } from '../mart/protocol.ts';
import { addScoreFilter, Conditions, type Filter, labelIs } from './filters.ts';

type Facets = ScorePage['facets'];
type FacetName = Exclude<keyof Facets, 'key'>;

const sorts: Record<ScoreQuery['sort'], string> = {
  time: 'time',
  '-time': 'time desc',
  value: 'value nulls last, time',
  '-value': 'value desc nulls last, time',
  participant: 'participant, time',
  '-participant': 'participant desc, time',
  head: 'head, time',
  '-head': 'head desc, time',
};

const moment = (column: string) => `strftime(${column}, '%Y-%m-%dT%H:%M:%S.%gZ')`;

/** The view's rows, in its order; ties by the score's id, so that pages never overlap. */
function rowsSql(
  query: Filter & Pick<ScoreQuery, 'sort'>,
  columns: (conditions: Conditions) => { inner: string; outer: string },
): { sql: string; values: MartValue[] } {
  const conditions = new Conditions();
  addScoreFilter(conditions, query);
  let from = 'select s.* from base.score s';
  if (query.key !== undefined) {
    from = `select s.* replace (${conditions.bind(query.key)} as key, v.value as value, v.low as low, v.high as high)
      from base.score s join base.score_value v on v.n = s.n and ${labelIs(conditions, query.key)}`;
  }
  const { where } = conditions;
  const { inner, outer } = columns(conditions);
  const sql = `select ${outer} from (select ${inner} from (${from} ${where})) order by ${sorts[query.sort]}, score`;
  return { sql, values: conditions.values };
}

const pageColumns = `score, participant, source, kind, record, run, model, head, grade, day::varchar as day, ${moment('time')} as time,
  ${moment('end_time')} as "end", key, value, low, high, scores::varchar as scores, decision_json as decision`;

type StoredRow = Omit<ScoreRow, 'scores' | 'decision'> & { scores: string; decision: string };

/** One page of scores with its facets. */
export async function scorePage(mart: Mart, query: ScoreQuery): Promise<ScorePage> {
  const { sql, values } = rowsSql(query, () => ({ inner: '*', outer: pageColumns }));
  const found = await mart.rows<StoredRow>(`${sql} limit ${query.size} offset ${(query.page - 1) * query.size}`, values);
  const conditions = new Conditions();
  addScoreFilter(conditions, query);
  const [counted] = await mart.rows<{ total: number }>(`select count(*) as total from base.score s ${conditions.where}`, conditions.values);
  return {
    rows: found.map((row) => ({ ...row, scores: JSON.parse(row.scores), decision: JSON.parse(row.decision) })),
    total: counted?.total ?? 0,
    page: query.page,
    size: query.size,
    facets: {
      participant: await facet(mart, query, 'participant'),
      kind: await facet(mart, query, 'kind'),
      head: await facet(mart, query, 'head'),
      grade: await facet(mart, query, 'grade'),
      key: await keyFacet(mart, query),
    },
  };
}

async function facet(mart: Mart, query: Filter, name: FacetName): Promise<Facets[FacetName]> {
  const conditions = new Conditions();
  addScoreFilter(conditions, { ...query, [name]: undefined });
  return mart.rows(
    `select s.${name} as value, count(*) as count from base.score s ${conditions.where} group by s.${name} order by count desc, value limit 200`,
    conditions.values,
  );
}

async function keyFacet(mart: Mart, query: Filter): Promise<Facets['key']> {
  const conditions = new Conditions();
  addScoreFilter(conditions, { ...query, key: undefined, min: undefined, max: undefined });
  return mart.rows(
    `select l.key as value, sum(c.scores) as count
     from (select s.label_set, count(*) as scores from base.score s ${conditions.where} group by s.label_set) c
     join base.label_set t using (label_set) join base.label l using (label) group by l.key order by value limit 500`,
    conditions.values,
  );
}

/**
 * SQL of every row of the view for a CSV: one column for each label that its heads have, named `head.label`.
 */
export async function scoreCsvSql(mart: Mart, query: ScoreQuery): Promise<{ sql: string; values: MartValue[] }> {
  const conditions = new Conditions();
  addScoreFilter(conditions, query);
  const labels = await mart.rows<{ head: string; key: string }>(
    `select distinct c.head, l.key from (select distinct s.head, s.label_set from base.score s ${conditions.where}) c
     join base.label_set t using (label_set) join base.label l using (label) order by all`,
    conditions.values,
  );
  const plain = `score, participant, source, kind, record, run, model, head, grade, day, ${moment('time')} as time,
    ${moment('end_time')} as "end", key, value, low, high, decision`;
  const heads = Map.groupBy(labels, (label) => label.head);
  return rowsSql(query, (bound) => {
    // A head's numbers are read out of their JSON once, and then shared out to columns.
    const read: string[] = [];
    const wide: string[] = [];
    for (const [head, own] of heads) {
      const paths = own.map(({ key }) => bound.bind(jsonPath(key))).join(', ');
      const name = `head_${read.length}`;
      read.push(`case when head = ${bound.bind(head)} then try_cast(json_extract_string(scores, [${paths}]) as double[]) end as ${name}`);
      for (const [i, { key }] of own.entries()) wide.push(`${name}[${i + 1}] as "${`${head}.${key}`.replaceAll('"', '""')}"`);
    }
    return { inner: ['*', ...read].join(', '), outer: [plain, ...wide].join(', ') };
  });
}

/** Where a label's number is in the JSON of its head; `label.3` is the fourth of a list. */
function jsonPath(key: string): string {
  const [, name, place] = /^(.*)\.(\d+)$/.exec(key) ?? [];
  return name === undefined ? `$."${key}"` : `$."${name}"[${place}]`;
}

/** SQL of every row of the view as a ScoreRow in JSON. */
export function scoreJsonSql(query: ScoreQuery): { sql: string; values: MartValue[] } {
  const names = 'score participant source kind record run model head grade day time end key value low high scores decision'.split(' ');
  const members: Record<string, string> = {
    day: 'day::varchar',
    time: moment('time'),
    end: moment('end_time'),
    decision: 'decision_json::json',
  };
  const object = names.map((name) => `'${name}', ${members[name] ?? `"${name}"`}`).join(', ');
  return rowsSql(query, () => ({ inner: '*', outer: `json_object(${object})::varchar as row` }));
}
