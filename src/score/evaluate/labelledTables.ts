import { AfferentError, type ErrorCode } from '../../../schema/errors.ts';
import type { Head } from '../../../schema/heads.ts';
import type { StreamInput } from '../../../schema/model.ts';
import type { EncoderPool } from '../../encoder/pool/pool.ts';
import { readRecording } from '../../encoder/stream/readRecording.ts';
import type { StreamWindow } from '../../encoder/stream/stream.ts';
import { inputFiles } from '../inputFiles.ts';
import { notThisInput } from '../rowError.ts';
import { type TableForm, tableSlices } from '../signalTable.ts';
import { tableOf } from '../signalTables.ts';
import { Asides } from './asides.ts';
import type { EvaluateOptions, Found, Labelled } from './evaluate.ts';
import { type LabelledRow, type Person, tablePeople } from './tablePeople.ts';

/** Labelled rows of a table: each is counted, or one of those below. */
export interface TableLabels {
  found: number;
  counted: number;
  /** Another of the same person and block stands behind it, and counts. */
  replaced: number;
  /** In no output: of a person's first window, of the first after a long gap, or in a block that the table does not end. */
  unheard: number;
  /** In an output without a score. */
  failed: number;
  /** In what was set aside. */
  aside: number;
}

const noLabels: TableLabels = { found: 0, counted: 0, replaced: 0, unheard: 0, failed: 0, aside: 0 };

/** What came of one person. */
interface Heard {
  rows: Pick<Labelled, 'truths' | 'results'>[];
  labels: TableLabels;
}

type Output = Pick<StreamWindow, 'endMs' | 'result'>;

/** What somebody's table ends at while the others' go on. */
const faults: ReadonlySet<ErrorCode> = new Set(['not-csv', 'no-time', 'out-of-order', 'bad-value', 'several-a-day']);

/**
 * Scores a table of minutes or days of many people, each from a state of their own, and keeps the outputs whose block has a labelled row: its
 * last one counts. A column `person` (or as `personColumns` has it) says whom a row is of; without it all are of one. Who has a row that
 * cannot be read is heard up to it, as `score` does.
 */
export async function labelledTables(pool: EncoderPool, heads: readonly Head[], options: EvaluateOptions): Promise<Found> {
  const { input } = pool.model.manifest;
  const form = input.kind === 'e4-stream' ? tableOf(input) : null;
  const [file] = await inputFiles(options.file, 0, process.stdin);
  if (input.kind !== 'e4-stream' || form === null || file?.is !== 'text' || file.format !== 'csv') throw notThisInput();
  const aside = new Asides();
  const { header, people, unknownLabels } = await tablePeople(file.bytes, form, heads, aside, options.labelField?.toLowerCase());
  const rows: Labelled[] = [];
  const labels = { ...noLabels };
  for (const [author, person] of people) {
    const heard = await hear(pool, form, input, header, person, aside);
    for (const { truths, results } of heard.rows) rows.push({ text: null, author, truths, results });
    for (const name of Object.keys(labels) as (keyof TableLabels)[]) labels[name] += heard.labels[name];
    options.onProgress?.(rows.length);
  }
  return { rows, failed: labels.failed, failures: {}, labels, aside: aside.list(), unknownLabels, unmatched: null };
}

async function hear(pool: EncoderPool, form: TableForm, input: StreamInput, header: Buffer, person: Person, aside: Asides): Promise<Heard> {
  const outputs: Output[] = [];
  let faulty = Number.POSITIVE_INFINITY;
  try {
    const slices = tableSlices(lines([header, ...person.rows.map(({ bytes }) => bytes)]), form, input);
    for await (const { endMs, result } of readRecording(slices, input, pool.advance)) outputs.push({ endMs, result });
  } catch (thrown) {
    if (!(thrown instanceof AfferentError && faults.has(thrown.code))) throw thrown;
    faulty = person.rows[(thrown.place.unit ?? 1) - 1]?.row ?? 0;
    const rest = (rows: readonly { row: number }[]) => rows.filter(({ row }) => row >= faulty).length;
    aside.person(thrown.code, { rows: rest(person.rows), labels: rest(person.labelled), firstRow: faulty });
  }
  return matched(
    person.labelled,
    person.labelled.filter(({ row }) => row < faulty),
    outputs,
    input.block_s * 1000,
  );
}

/** Gives each output the last labelled row of its block. */
function matched(found: readonly LabelledRow[], heard: readonly LabelledRow[], outputs: readonly Output[], blockMs: number): Heard {
  const rows: Heard['rows'] = [];
  const labels = { ...noLabels, found: found.length, aside: found.length - heard.length };
  const timed = heard.flatMap(({ startMs, truths }) => (startMs === null ? [] : [{ startMs, truths }]));
  timed.sort((a, b) => a.startMs - b.startMs);
  let next = 0;
  for (const { endMs, result } of outputs) {
    const behind = (ms: number) => {
      while (next < timed.length && (timed[next]?.startMs ?? 0) < ms) next += 1;
      return next;
    };
    const inside = timed.slice(behind(endMs - blockMs), behind(endMs));
    const last = inside.at(-1);
    if (last === undefined) continue;
    labels.replaced += inside.length - 1;
    if (result.error !== null) labels.failed += 1;
    else rows.push({ truths: last.truths, results: result.heads });
  }
  labels.counted = rows.length;
  labels.unheard = heard.length - labels.counted - labels.replaced - labels.failed;
  return { rows, labels };
}

async function* lines(rows: readonly Buffer[]): AsyncGenerator<Buffer> {
  for (const row of rows) yield Buffer.concat([row, Buffer.from('\n')]);
}
