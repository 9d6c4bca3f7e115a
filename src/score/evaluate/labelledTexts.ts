import type { ErrorCode } from '../../../schema/errors.ts';
import type { Head } from '../../../schema/heads.ts';
import { maskText } from '../../consent/mask.ts';
import type { EncoderPool } from '../../encoder/pool/pool.ts';
import { inputFiles } from '../inputFiles.ts';
import { inWindows } from '../inWindows.ts';
import { notThisInput } from '../rowError.ts';
import { personColumns } from '../signalTable.ts';
import { type TextRow, textRows } from '../textInput.ts';
import type { EvaluateOptions, Found, Labelled } from './evaluate.ts';
import { statesTruth, truthOf } from './truth.ts';

const window = { rows: 1024, weight: 4 * 1024 * 1024 };

/** Scores the rows of a labelled file that say something of a head. A row that cannot be read or scored only counts, by its reason. */
export async function labelledTexts(pool: EncoderPool, heads: readonly Head[], options: EvaluateOptions): Promise<Found> {
  const [input] = await inputFiles(options.file, 0, process.stdin);
  if (input?.is !== 'text') throw notThisInput();
  const fields = { id: 'id', text: options.textField ?? 'text', whole: true };
  const read = textRows(input.bytes, input.format, 0, fields);
  const labelled: Labelled[] = [];
  const failures: Found['failures'] = {};
  let unknownLabels = 0;
  const work = (rows: TextRow[]) => scoreRows(pool, heads, rows, options.labelField);
  for await (const found of inWindows(read, work, (row) => row.text?.length ?? 0, window)) {
    for (const row of found) {
      if (typeof row === 'string') failures[row] = (failures[row] ?? 0) + 1;
      else if (row.truths.size > 0) labelled.push(row);
      else if (row.unknown) unknownLabels += 1;
    }
    options.onProgress?.(labelled.length);
  }
  const failed = Object.values(failures).reduce((sum, rows) => sum + rows, 0);
  return { rows: labelled, failed, failures, unknownLabels, labels: null, aside: [], unmatched: null };
}

async function scoreRows(
  pool: EncoderPool,
  heads: readonly Head[],
  rows: readonly TextRow[],
  field?: string,
): Promise<((Labelled & { unknown: boolean }) | ErrorCode)[]> {
  const views = rows.map((row) => maskText(row.text ?? '').text);
  const results = await pool.score(views.map((text) => ({ kind: 'text', text })));
  return rows.map((row, k) => {
    const result = results[k];
    if (row.text === null || row.row === undefined || !result) return row.error ?? 'no-text';
    if (result.error !== null) return result.error;
    const values = row.row;
    const truths = new Map(
      heads.flatMap((head) => {
        const truth = truthOf(head, values, field);
        return truth === null ? [] : [[head.name, truth] as const];
      }),
    );
    const author = personColumns.map((name) => values[name]).find((value) => typeof value === 'string' || typeof value === 'number');
    const unknown = truths.size === 0 && heads.some((head) => statesTruth(head, values, field));
    return { text: row.text, author: author === undefined ? null : String(author), truths, results: result.heads, unknown };
  });
}
