/*
 * What a mart holds: numbers, times and pseudonyms of one study. No text, no outside id, no path.
 * Views are for people, tables in `base` are for loading.
 */

const createBase = [
  'create schema base',
  `create table base.source (source varchar, participant varchar, kind varchar, state varchar)`,
  `create table base.participant (participant varchar, added_at timestamp)`,
  `create table base.record (record varchar, participant varchar, source varchar, type varchar, day date, time timestamp,
     record_key varchar, version varchar)`,
  `create table base.signal (participant varchar, source varchar, signal varchar, unit varchar, channels integer, day date,
     time timestamp, end_time timestamp, rate double, samples bigint)`,
  `create table base.daily_signal (participant varchar, signal varchar, unit varchar, day date, how varchar, value double, hours integer,
     samples bigint, left_out bigint, devices integer)`,
  `create table base.score (n integer, score varchar, participant varchar, source varchar, kind varchar, record varchar, run varchar,
     model varchar, head varchar, grade varchar, day date, time timestamp, end_time timestamp, decision varchar, decision_json varchar,
     scores json, label_set ubigint, key varchar, value double, low double, high double)`,
  // A label's name is kept once, and so is which labels a head gives: facets count scores, not their many values.
  'create table base.label (label smallint, key varchar)',
  'create table base.label_set (label_set ubigint, label smallint)',
  'create table base.score_value (n integer, label smallint, value double, low double, high double, decided boolean)',
  'create table base.stage_value (n integer, key varchar, value double, low double, high double, decided boolean)',
  `create table base.stage (n integer, score varchar, participant varchar, source varchar, kind varchar, record varchar, run varchar,
     model varchar, head varchar, grade varchar, day date, time timestamp, end_time timestamp, scores json, intervals json, decision json)`,
];

const createViews = [
  `create view scores as select score, participant, source, kind, record, run, model, head, grade, day, time, end_time, decision,
     key, value, low, high, scores from base.score`,
  `create view score_values as select s.score, s.participant, s.source, s.kind, s.record, s.head, s.grade, s.day, s.time, s.end_time,
     l.key, v.value, v.low, v.high, v.decided from base.score_value v join base.label l using (label) join base.score s using (n)`,
  `create view records as select r.record, r.participant, r.source, s.kind, r.type, r.day, r.time
     from base.record r join base.source s using (source)`,
  `create view signals as select g.participant, g.source, s.kind, g.signal, g.unit, g.channels, g.day, g.time, g.end_time, g.rate, g.samples
     from base.signal g join base.source s using (source)`,
  `create view daily_signal as select participant, signal, unit, day, how, value, hours, samples, left_out, devices
     from base.daily_signal`,
  'create view participants as select * from base.participant',
  'create view sources as select * from base.source',
];

export const createMart = [...createBase, ...createViews];

const scoreStructure = JSON.stringify([
  {
    n: 'INTEGER',
    score: 'VARCHAR',
    participant: 'VARCHAR',
    source: 'VARCHAR',
    kind: 'VARCHAR',
    record: 'VARCHAR',
    run: 'VARCHAR',
    model: 'VARCHAR',
    head: 'VARCHAR',
    grade: 'VARCHAR',
    day: 'VARCHAR',
    ms: 'DOUBLE',
    end: 'DOUBLE',
    value: { scores: 'JSON', intervals: 'JSON' },
    decision: 'JSON',
  },
]);

const day = (column: string) => `try_cast(nullif(${column}, '') as date)`;
const moment = (column: string) => `make_timestamp((${column} * 1000)::bigint)`;
const from = (structure: string) => `from (select unnest(from_json($1::json, '${structure}')) as r)`;

/** Numbers of a head as rows: label and value; lists (a distribution) as `label.0`, `label.1`, … */
const values = `
  with entry as (
    select n, decision, from_json(intervals, '"MAP(VARCHAR, DOUBLE[])"') as intervals,
      unnest(map_entries(from_json(scores, '"MAP(VARCHAR, JSON)"'))) as e from base.stage),
  flat as (
    select n, decision, e.key as key, try_cast(e.value as double) as value, intervals[e.key] as bounds
      from entry where json_type(e.value) <> 'ARRAY'
    union all
    select n, decision, e.key || '.' || (i.i), try_cast(json_extract(e.value, '$[' || i.i || ']') as double), null
      from entry, range(json_array_length(e.value)::bigint) i(i) where json_type(e.value) = 'ARRAY')
  select n, key, value, bounds[1] as low, bounds[2] as high,
    case json_type(decision)
      when 'ARRAY' then json_contains(decision, to_json(key))
      when 'BOOLEAN' then decision::varchar = 'true'
      when 'VARCHAR' then decision ->> '$' = key
    end as decided from flat`;

const decisionText = `case json_type(g.decision)
  when 'ARRAY' then array_to_string(from_json(g.decision, '["VARCHAR"]'), ';')
  when 'BOOLEAN' then if(g.decision::varchar = 'true', 'yes', 'no')
  when 'VARCHAR' then g.decision ->> '$'
  when 'NULL' then null
  else g.decision::varchar end`;

/** Statements that take a JSON list of rows as $1 into the mart. */
export const loadScores = [
  `insert into base.stage select r.n, r.score, r.participant, r.source, r.kind, r.record, r.run, r.model, r.head, r.grade, ${day('r.day')},
     ${moment('r.ms')}, ${moment('r."end"')}, r.value.scores, r.value.intervals, r.decision ${from(scoreStructure)}`,
  `insert into base.stage_value ${values}`,
  `insert into base.label select (select coalesce(max(label), 0) from base.label) + row_number() over (order by key), key
     from (select distinct key from base.stage_value where key not in (select key from base.label))`,
  `insert into base.score_value select v.n, l.label, v.value, v.low, v.high, v.decided from base.stage_value v join base.label l using (key)`,
  `insert into base.score
     select g.n, g.score, g.participant, g.source, g.kind, g.record, g.run, g.model, g.head, g.grade, g.day, g.time, g.end_time,
       ${decisionText}, g.decision::varchar, g.scores, t.label_set, t.top.key, t.top.value, t.top.low, t.top.high
     from base.stage g left join (
       select n, hash(list(key order by key)) as label_set,
         arg_max({'key': key, 'value': value, 'low': low, 'high': high}, value) filter (where not regexp_matches(key, '\\.\\d+$')) as top
       from base.stage_value group by n) t using (n)`,
  `insert into base.label_set
     select distinct s.label_set, l.label from base.stage g join base.score s using (n) join base.stage_value v using (n) join base.label l on l.key = v.key
     where s.label_set not in (select label_set from base.label_set)`,
  'delete from base.stage',
  'delete from base.stage_value',
];

export const loadRecords = `insert into base.record select r.record, r.participant, r.source, r.type, ${day('r.day')}, ${moment('r.ms')},
  r.record_key, r.version || chr(1) || r.content_key
  ${from('[{"record":"VARCHAR","participant":"VARCHAR","source":"VARCHAR","type":"VARCHAR","day":"VARCHAR","ms":"DOUBLE","record_key":"VARCHAR","version":"VARCHAR","content_key":"VARCHAR"}]')}`;

/** Of a participant's ($1) records each in its newest version: the later one, then the one with the greater content. */
export const keepNewestRecords = `delete from base.record where participant = $1 and record not in (
  select arg_max(record, version) from base.record where participant = $1 group by source, record_key)`;

export const loadSignals = `insert into base.signal select r.participant, r.source, r.signal, r.unit, r.channels, ${day('r.day')},
  ${moment('r.ms')}, ${moment('r."end"')}, r.rate, r.samples
  ${from('[{"participant":"VARCHAR","source":"VARCHAR","signal":"VARCHAR","unit":"VARCHAR","channels":"INTEGER","day":"VARCHAR","ms":"DOUBLE","end":"DOUBLE","rate":"DOUBLE","samples":"BIGINT"}]')}`;

export const loadDailySignals = `insert into base.daily_signal select r.participant, r.signal, r.unit, ${day('r.day')}, r.how, r.value, r.hours,
  r.samples, r.left_out, r.devices
  ${from('[{"participant":"VARCHAR","signal":"VARCHAR","unit":"VARCHAR","day":"VARCHAR","how":"VARCHAR","value":"DOUBLE","hours":"INTEGER","samples":"BIGINT","left_out":"BIGINT","devices":"INTEGER"}]')}`;

export const loadSources = `insert into base.source select r.source, r.participant, r.kind, r.state
  ${from('[{"source":"VARCHAR","participant":"VARCHAR","kind":"VARCHAR","state":"VARCHAR"}]')}`;

export const loadParticipants = `insert into base.participant select r.participant, r.added_at::timestamp
  ${from('[{"participant":"VARCHAR","added_at":"VARCHAR"}]')}`;

/** Takes scores out by their ids ($1, a JSON list). */
export const removeScores = [
  `delete from base.score_value where n in (select n from base.score where score in (select unnest(from_json($1::json, '["VARCHAR"]'))))`,
  `delete from base.score where score in (select unnest(from_json($1::json, '["VARCHAR"]')))`,
];
