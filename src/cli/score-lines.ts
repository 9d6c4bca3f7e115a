import type { HeadDecision, HeadScores } from '../../schema/scores.ts';
import type { Store } from '../store/open.ts';
import { openDecision, openScore } from '../store/scores.ts';

/** One head on one record or window, opened. Times are ISO in UTC. */
export interface ScoreLine {
  score: string;
  participant: string;
  source: string;
  run: string;
  record: string | null;
  input: string;
  model: string;
  head: string;
  grade: string;
  day: string;
  time: string;
  end: string;
  scores: HeadScores;
  intervals: Record<string, [number, number]>;
  decision: HeadDecision | null;
}

const page = 500;

/** Scores of a study by time, a page at a time, each decided by the newest thresholds that decided it. */
export async function* scoreLines(store: Store, filter: Filter & { limit: number | null }): AsyncGenerator<ScoreLine> {
  let left = filter.limit ?? Number.POSITIVE_INFINITY;
  let after: { time: number; id: string } | null = null;
  while (left > 0) {
    const rows = await readPage(store, filter, after, Math.min(page, left));
    for (const row of rows) {
      const key = await store.keys.key(row.participant);
      const { scores, intervals } = openScore(key, row);
      const decision =
        row.decision_id !== null && row.decision_value !== null
          ? openDecision(key, { id: row.decision_id, value: row.decision_value })
          : null;
      yield {
        score: row.id,
        participant: row.participant,
        source: row.source,
        run: row.run,
        record: row.record,
        input: row.input_id,
        model: row.model,
        head: row.head,
        grade: row.grade,
        day: row.day,
        time: new Date(row.time_ms).toISOString(),
        end: new Date(row.end_ms).toISOString(),
        scores,
        intervals,
        decision,
      };
    }
    const last = rows.at(-1);
    if (!last || rows.length < page) return;
    left -= rows.length;
    after = { time: last.time_ms, id: last.id };
  }
}

interface Filter {
  study: string;
  participant: string | null;
  head: string | null;
}

/** How many there are in all. */
export async function countScores(store: Store, filter: Filter): Promise<number> {
  const { rows } = await store.db
    .selectFrom('score')
    .innerJoin('model', 'model.id', 'score.model')
    .select((eb) => eb.fn.countAll<number>().as('rows'))
    .where('score.study', '=', filter.study)
    .$if(filter.participant !== null, (query) => query.where('score.participant', '=', filter.participant as string))
    .$if(filter.head !== null, (query) => query.where('score.head', '=', filter.head as string))
    .executeTakeFirstOrThrow();
  return Number(rows);
}

function readPage(store: Store, filter: Filter, after: { time: number; id: string } | null, size: number) {
  return store.db
    .selectFrom('score')
    .innerJoin('model', 'model.id', 'score.model')
    .leftJoin('decision', (join) =>
      join.onRef('decision.score', '=', 'score.id').onRef('decision.thresholds_id', '=', 'model.thresholds_id'),
    )
    .selectAll('score')
    .select(['decision.id as decision_id', 'decision.value as decision_value'])
    .where('score.study', '=', filter.study)
    .$if(filter.participant !== null, (query) => query.where('score.participant', '=', filter.participant as string))
    .$if(filter.head !== null, (query) => query.where('score.head', '=', filter.head as string))
    .$if(after !== null, (query) =>
      query.where((eb) => {
        const { time, id } = after as { time: number; id: string };
        return eb.or([eb('score.time_ms', '>', time), eb.and([eb('score.time_ms', '=', time), eb('score.id', '>', id)])]);
      }),
    )
    .orderBy('score.time_ms')
    .orderBy('score.id')
    .limit(size)
    .execute();
}
