import type { z } from 'zod';
import type { Timeline, TimelineQuery } from '../../../schema/api.ts';
import { AfferentError } from '../../../schema/errors.ts';
import type { Grade } from '../../../schema/model.ts';
import type { Store } from '../../store/open.ts';
import type { Mart } from '../mart/marts.ts';
import type { SignalSummaries } from './signal-summaries.ts';
import { signalLines } from './signals.ts';

type Query = z.infer<typeof TimelineQuery>;
type HeadLine = Timeline['heads'][number];
interface Range {
  from: number;
  to: number;
}

/** Of a head with many labels the page gets those that are strongest in the range. */
const linesOfHead = 6;

/** One participant over time. @throws AfferentError `unknown-participant` */
export async function participantTimeline(
  store: Store,
  mart: Mart,
  study: string,
  participant: string,
  query: Query,
  summaries: SignalSummaries,
): Promise<Timeline> {
  const known = await store.db
    .selectFrom('participant')
    .select('id')
    .where('id', '=', participant)
    .where('study', '=', study)
    .executeTakeFirst();
  if (!known) throw new AfferentError('unknown-participant');
  const available = await whatThereIs(mart, participant);
  const range = chosenRange(available, query);
  const iso = (ms: number) => new Date(ms).toISOString();
  const chosenHeads = available.heads.filter((head) => query.head?.includes(head) ?? true);
  const chosenSignals = available.signals.filter((signal) => query.signal?.includes(signal) ?? true);
  const heads: HeadLine[] = [];
  for (const head of range ? chosenHeads : []) heads.push(...(await headLines(mart, participant, head, range as Range, query.points)));
  return {
    participant,
    from: range && iso(range.from),
    to: range && iso(range.to),
    available: {
      heads: available.heads,
      signals: available.signals,
      from: available.from === null ? null : iso(available.from),
      to: available.to === null ? null : iso(available.to),
    },
    heads,
    signals: range ? await signalLines(store, participant, range, chosenSignals, query.points, summaries) : [],
  };
}

interface Available {
  heads: string[];
  signals: string[];
  from: number | null;
  to: number | null;
}

async function whatThereIs(mart: Mart, participant: string): Promise<Available> {
  const heads = await mart.rows<{ head: string }>('select distinct head from base.score where participant = $1 order by head', [
    participant,
  ]);
  const signals = await mart.rows<{ signal: string }>('select distinct signal from base.signal where participant = $1 order by signal', [
    participant,
  ]);
  const [span] = await mart.rows<{ from: number | null; to: number | null }>(
    `select epoch_ms(min(time)) as "from", epoch_ms(max(end_time)) as "to" from (
       select time, end_time from base.score where participant = $1 union all select time, end_time from base.signal where participant = $1)`,
    [participant],
  );
  return {
    heads: heads.map((row) => row.head),
    signals: signals.map((row) => row.signal),
    from: span?.from ?? null,
    to: span?.to ?? null,
  };
}

function chosenRange(available: Available, query: Query): Range | null {
  const from = query.from === undefined ? available.from : Date.parse(query.from);
  const to = query.to === undefined ? available.to : Date.parse(query.to);
  if (from === null || to === null) return null;
  return to > from ? { from, to } : { from, to: from + 1 };
}

/** Scores of one head: as they are while there are few, else in bins of equal width. */
async function headLines(mart: Mart, participant: string, head: string, range: Range, points: number): Promise<HeadLine[]> {
  const within = `s.participant = $1 and s.head = $2 and s.time >= epoch_ms($3::bigint) and s.time <= epoch_ms($4::bigint)
    and not regexp_matches(l.key, '\\.\\d+$')`;
  const values = [participant, head, Math.floor(range.from), Math.ceil(range.to)];
  const keys = await mart.rows<{ key: string; n: number }>(
    `select l.key, count(*) as n from base.score s join base.score_value v using (n) join base.label l using (label) where ${within}
     group by l.key order by avg(v.value) desc nulls last, l.key limit ${linesOfHead}`,
    values,
  );
  const most = Math.max(0, ...keys.map((row) => row.n));
  const width = most > points ? (range.to - range.from) / points : 0;
  const bin = width > 0 ? `least(floor((epoch_ms(s.time) - $3::double) / ${width}), ${points - 1})` : 's.n';
  const rows = await mart.rows<Point>(
    `select l.key, s.grade, epoch_ms(min(s.time)) as t, epoch_ms(max(s.end_time)) as "end", avg(v.value) as value,
       case when count(*) = 1 then coalesce(min(v.low), min(v.value)) else min(v.value) end as min,
       case when count(*) = 1 then coalesce(max(v.high), max(v.value)) else max(v.value) end as max,
       count(*) as n, case when count(*) = 1 then min(s.score) end as score
     from base.score s join base.score_value v using (n) join base.label l using (label) where ${within} and v.value is not null
     group by l.key, s.grade, ${bin} order by l.key, s.grade, t`,
    values,
  );
  const lines = new Map<string, HeadLine>();
  for (const { key, grade, ...point } of rows) {
    if (!keys.some((row) => row.key === key)) continue;
    const name = `${key}|${grade}`;
    const line = lines.get(name) ?? { head, key, grade, points: [] };
    line.points.push(point);
    lines.set(name, line);
  }
  return [...lines.values()];
}

interface Point {
  key: string;
  grade: Grade;
  t: number;
  end: number;
  value: number;
  min: number;
  max: number;
  n: number;
  score: string | null;
}
