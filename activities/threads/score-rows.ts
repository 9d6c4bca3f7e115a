import { decisionId, scoreId } from '../../src/encoder/identity.ts';
import type { RunModel } from '../../src/store/runs.ts';
import { type ScoreRows, scoreRows } from '../../src/store/scores.ts';
import type { Tables } from '../../src/store/tables.ts';
import type { Scored } from './score-inputs.ts';

/** Rows of the scores and decisions of an input, under the names that they have by what made them. */
export function rowsOf(run: Tables['run'], model: RunModel, scored: Scored, key: Buffer): ScoreRows[] {
  return scored.heads.map((head) => {
    const id = scoreId(scored.inputId, model.id, head.head);
    const place = {
      id,
      decisionId: decisionId(id, model.thresholds),
      thresholdsId: model.thresholds,
      study: run.study,
      participant: scored.participant,
      source: scored.source,
      run: run.id,
      record: scored.record,
      inputId: scored.inputId,
      model: model.id,
      day: scored.day,
      timeMs: scored.timeMs,
      endMs: scored.endMs,
    };
    return scoreRows(key, place, head, scored.present, scored.sinceMs);
  });
}
