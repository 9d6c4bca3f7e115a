import type { Transaction } from 'kysely';
import type { HeadDecision, HeadResult, HeadScores, Span } from '../../schema/scores.ts';
import { canonicalJson } from './canonical.ts';
import type { Adapter, Db } from './database.ts';
import { keyUnlessGone } from './keys.ts';
import type { Store } from './open.ts';
import { seal, unseal } from './seal.ts';
import { insertSlices } from './slices.ts';
import type { Tables } from './tables.ts';

/** What is sealed of a score: its numbers and where they rest. `spans` are in code points of the text as stored. */
export interface ScoreValue {
  scores: HeadScores;
  intervals: Record<string, [number, number]>;
  evidence: Record<string, Span[]>;
  /** Share of each signal that was recorded, for windows. */
  present: Record<string, number> | null;
  /** For windows of a stream: since when the model carried what it knew, UTC milliseconds. */
  sinceMs?: number;
}

/** Where a score belongs, beside what the head said. */
export interface ScorePlace {
  id: string;
  decisionId: string;
  thresholdsId: string;
  study: string;
  participant: string;
  source: string;
  run: string;
  record: string | null;
  inputId: string;
  model: string;
  day: string;
  timeMs: number;
  endMs: number;
}

export interface ScoreRows {
  score: Tables['score'];
  decision: Tables['decision'];
}

export function scoreRows(
  key: Buffer,
  place: ScorePlace,
  result: HeadResult,
  present: Record<string, number> | null,
  sinceMs?: number,
): ScoreRows {
  const value: ScoreValue = { scores: result.scores, intervals: result.intervals, evidence: result.evidence, present, sinceMs };
  return {
    score: {
      id: place.id,
      study: place.study,
      participant: place.participant,
      source: place.source,
      run: place.run,
      record: place.record,
      input_id: place.inputId,
      model: place.model,
      head: result.head,
      grade: result.grade,
      day: place.day,
      time_ms: place.timeMs,
      end_ms: place.endMs,
      value: seal(key, `score|${place.id}`, canonicalJson(value)),
    },
    decision: {
      id: place.decisionId,
      score: place.id,
      participant: place.participant,
      thresholds_id: place.thresholdsId,
      value: seal(key, `decision|${place.decisionId}`, canonicalJson(result.decision)),
    },
  };
}

/** Writes scores and decisions; those that are there already stay as they are. */
export async function insertScores(tx: Transaction<Tables>, rows: readonly ScoreRows[], adapter: Adapter): Promise<void> {
  const scores = rows.map((row) => row.score);
  const decisions = rows.map((row) => row.decision);
  await insertSlices(tx, 'score', scores, adapter);
  await insertSlices(tx, 'decision', decisions, adapter);
}

export function openScore(key: Buffer, row: { id: string; value: Buffer }): ScoreValue {
  return JSON.parse(unseal(key, `score|${row.id}`, row.value).toString('utf8'));
}

/** Null where the head decides nothing: its scores have a decision row all the same, so that thresholds name them. */
export function openDecision(key: Buffer, row: { id: string; value: Buffer }): HeadDecision | null {
  return JSON.parse(unseal(key, `decision|${row.id}`, row.value).toString('utf8'));
}

/** Inputs of a participant that have scores of a model, and those whose scores were decided under its present thresholds. */
export async function storedInputIds(
  db: Db | Transaction<Tables>,
  participant: string,
  model: { id: string; thresholds: string },
): Promise<{ scored: Set<string>; decided: Set<string> }> {
  const rows = await db
    .selectFrom('score')
    .leftJoin('decision', (join) => join.onRef('decision.score', '=', 'score.id').on('decision.thresholds_id', '=', model.thresholds))
    .select(['score.input_id', 'decision.id as decision'])
    .where('score.participant', '=', participant)
    .where('score.model', '=', model.id)
    .execute();
  const decided = rows.filter((row) => row.decision !== null);
  return { scored: new Set(rows.map((row) => row.input_id)), decided: new Set(decided.map((row) => row.input_id)) };
}

/** Stored scores and decisions of an input under a model, opened, by head. None of somebody who has withdrawn. */
export async function storedScores(
  store: Store,
  participant: string,
  inputId: string,
  model: { id: string; thresholds: string },
): Promise<Map<string, { value: ScoreValue; decision: HeadDecision | null }>> {
  const rows = await store.db
    .selectFrom('score')
    .innerJoin('decision', 'decision.score', 'score.id')
    .select(['score.id', 'score.head', 'score.value', 'decision.id as decision_id', 'decision.value as decision_value'])
    .where('score.input_id', '=', inputId)
    .where('score.model', '=', model.id)
    .where('decision.thresholds_id', '=', model.thresholds)
    .execute();
  const key = rows.length === 0 ? null : await keyUnlessGone(store, participant);
  if (key === null) return new Map();
  return new Map(
    rows.map((row) => [
      row.head,
      { value: openScore(key, row), decision: openDecision(key, { id: row.decision_id, value: row.decision_value }) },
    ]),
  );
}
