import { AfferentError } from '../../../schema/errors.ts';
import type { Head } from '../../../schema/heads.ts';
import type { EncoderPool } from '../../encoder/pool/pool.ts';
import { readRecording } from '../../encoder/stream/readRecording.ts';
import { delimiterOf, parseRows } from '../../sources/reading/csv-rows.ts';
import { RowSlicer } from '../../sources/reading/rows.ts';
import { momentFrom } from '../../sources/reading/time.ts';
import type { Unit } from '../../sources/reading/unit.ts';
import { inputFiles } from '../inputFiles.ts';
import { longestRow, personColumns, personOf, placeOf, type TableForm, tableSlices } from '../signalTable.ts';
import { tableOf } from '../signalTables.ts';
import type { EvaluateOptions, Labelled } from './evaluate.ts';
import { type Truth, truthOf } from './truth.ts';

/** The rows of one person as they stand, and what they say of the heads by the beginning of their step. */
interface Person {
  rows: Buffer[];
  truths: { startMs: number; truths: ReadonlyMap<string, Truth> }[];
}

/**
 * Scores a table of minutes or days of many people, each from a state of their own, and keeps the outputs whose block has a labelled row: its
 * last one counts. A column `person` (or as `personColumns` has it) says whom a row is of; without it all are of one.
 */
export async function labelledTables(
  pool: EncoderPool,
  heads: readonly Head[],
  options: EvaluateOptions,
): Promise<{ rows: Labelled[]; failed: number }> {
  const { input } = pool.model.manifest;
  const form = input.kind === 'e4-stream' ? tableOf(input) : null;
  const [file] = await inputFiles(options.file, 0, process.stdin);
  if (input.kind !== 'e4-stream' || form === null || file?.is !== 'text' || file.format !== 'csv') throw new AfferentError('not-this-kind');
  const { header, people } = await peopleOf(file.bytes, form, heads, options.labelField);
  const rows: Labelled[] = [];
  let failed = 0;
  for (const [author, person] of people) {
    const slices = tableSlices(lines([header, ...person.rows]), form, input);
    const truths = person.truths.toSorted((a, b) => a.startMs - b.startMs);
    let ended = 0;
    for await (const { endMs, result } of readRecording(slices, input, pool.advance)) {
      while (ended < truths.length && (truths[ended]?.startMs ?? 0) < endMs) ended += 1;
      const inside = truths[ended - 1];
      if (inside === undefined || inside.startMs < endMs - input.block_s * 1000) continue;
      if (result.error !== null) failed += 1;
      else rows.push({ text: null, author, truths: inside.truths, results: result.heads });
    }
    options.onProgress?.(rows.length);
  }
  return { rows, failed };
}

async function* lines(rows: readonly Buffer[]): AsyncGenerator<Buffer> {
  for (const row of rows) yield Buffer.concat([row, Buffer.from('\n')]);
}

async function peopleOf(
  bytes: AsyncIterable<Buffer>,
  form: TableForm,
  heads: readonly Head[],
  field?: string,
): Promise<{ header: Buffer; people: Map<string | null, Person> }> {
  const slicer = new RowSlicer(longestRow);
  const people = new Map<string | null, Person>();
  let header: { bytes: Buffer; delimiter: string; columns: string[] } | null = null;
  const read = ({ bytes: row, tooLong }: Unit): void => {
    if (tooLong) throw new AfferentError('line-too-long');
    const text = row.toString('utf8');
    if (header === null) {
      const delimiter = delimiterOf(text);
      header = { bytes: row, delimiter, columns: parseRows([text], delimiter)[0]?.map((name) => name.trim().toLowerCase()) ?? [] };
      return;
    }
    const { delimiter, columns } = header;
    const cells = parseRows([text], delimiter)[0] ?? [];
    const [who, when] = [placeOf(columns, personColumns), placeOf(columns, form.time)];
    const name = who === null ? null : personOf(cells[who]);
    const person = people.get(name) ?? { rows: [], truths: [] };
    people.set(name, person);
    person.rows.push(row);
    const values = Object.fromEntries(columns.map((column, k) => [column, cells[k] ?? '']));
    const truths = new Map(heads.flatMap((head) => named(head, truthOf(head, values, field?.toLowerCase()))));
    const at = when === null ? null : momentFrom(cells[when] ?? '', null);
    if (at !== null && truths.size > 0) person.truths.push({ startMs: form.startOf(at), truths });
  };
  for await (const chunk of bytes) for (const unit of slicer.push(chunk)) read({ ...unit, bytes: Buffer.from(unit.bytes) });
  for (const unit of slicer.end()) read(unit);
  if (header === null) throw new AfferentError('not-this-kind');
  return { header: (header as { bytes: Buffer }).bytes, people };
}

function named(head: Head, truth: Truth | null): [string, Truth][] {
  return truth === null ? [] : [[head.name, truth]];
}
