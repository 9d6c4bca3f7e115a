import type { HeadResult, TextScoreRow } from '../../schema/scores.ts';
import { type MaskedText, maskText } from '../consent/mask.ts';
import type { EncoderResult } from '../encoder/encoder.ts';
import { textInputId } from '../encoder/identity.ts';
import type { EncoderPool } from '../encoder/pool/pool.ts';
import { rowError } from './rowError.ts';
import type { TextRow } from './textInput.ts';

/** Scores the rows of one window; the rows come back in their order. */
export async function scoreTextRows(pool: EncoderPool, rows: readonly TextRow[]): Promise<TextScoreRow[]> {
  const views = rows.map((row) => (row.text === null ? null : maskText(row.text)));
  // The longest first: the threads then end at about the same time.
  const order = views.flatMap((view, k) => (view === null ? [] : [{ k, view }]));
  order.sort((a, b) => b.view.text.length - a.view.text.length || a.k - b.k);
  const results = await pool.score(order.map(({ view }) => ({ kind: 'text', text: view.text })));
  const byRow = new Map(order.map(({ k }, place) => [k, results[place]] as const));
  return rows.map((row, k) => textScoreRow(pool.model.ref, row, views[k] ?? null, byRow.get(k)));
}

function textScoreRow(model: string, row: TextRow, view: MaskedText | null, result: EncoderResult | undefined): TextScoreRow {
  const code = row.error ?? (result === undefined ? 'engine-failed' : result.error);
  return {
    id: row.id,
    input: row.text === null ? null : textInputId(row.text),
    model,
    tokens: result?.tokens ?? null,
    ...fieldsOf(result?.heads ?? [], view),
    ...(result?.low && { precision: result.low.precision }),
    ...(result?.low?.fallback && { fallback: result.low.fallback }),
    masked: view?.masks.length ?? 0,
    error: code === null ? null : rowError(code, row.place),
  };
}

/** Results of the heads as the fields of a row; evidence in code points of the text as given. */
export function fieldsOf(
  heads: readonly HeadResult[],
  view: MaskedText | null,
): Pick<TextScoreRow, 'scores' | 'decisions' | 'intervals' | 'grades' | 'evidence' | 'groups'> {
  const fields: ReturnType<typeof fieldsOf> = { scores: {}, decisions: {}, intervals: {}, grades: {}, evidence: {} };
  for (const result of heads) {
    fields.scores[result.head] = result.scores;
    if (result.decision !== null) fields.decisions[result.head] = result.decision;
    if (Object.keys(result.intervals).length > 0) fields.intervals[result.head] = result.intervals;
    fields.grades[result.head] = result.grade;
    if (result.groups) fields.groups = { ...fields.groups, ...result.groups };
    for (const [label, spans] of Object.entries(result.evidence))
      fields.evidence[label] = view ? spans.map((span) => view.toOriginal(span)) : spans;
  }
  return fields;
}
