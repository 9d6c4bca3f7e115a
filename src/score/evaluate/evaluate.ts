import { AfferentError } from '../../../schema/errors.ts';
import type { Grade, Head } from '../../../schema/heads.ts';
import type { HeadResult } from '../../../schema/scores.ts';
import type { Model } from '../../encoder/model.ts';
import { createEncoderPool } from '../../encoder/pool/pool.ts';
import { modelFolder } from '../modelFolder.ts';
import { reasonsLine } from '../reasons.ts';
import { interruptedAnew } from '../rowError.ts';
import { tableOf } from '../signalTables.ts';
import type { Aside } from './asides.ts';
import { type Estimate, estimate } from './bootstrap.ts';
import { labelledTables, type TableLabels } from './labelledTables.ts';
import { labelledTexts } from './labelledTexts.ts';
import { labelledWindows } from './labelledWindows.ts';
import { measuresOf } from './measures.ts';
import { readTrainedOn, type TrainedOn } from './trainedOn.ts';
import type { Truth } from './truth.ts';

export interface EvaluateOptions {
  /** Folder or name of a model. */
  model: string;
  /** Labelled JSONL or CSV, gzip or not; a folder of Empatica E4 zips with `labels.csv` beside them; a labelled table of minutes or days. */
  file: string;
  head?: string;
  labelField?: string;
  textField?: string;
  threads?: number;
  onProgress?: (rows: number) => void;
  /** Ends it early. */
  signal?: AbortSignal;
}

/** A row that was scored, what it says of each head, and who it is of. */
export interface Labelled {
  text: string | null;
  /** Author or person, where the data name one. */
  author: string | null;
  truths: ReadonlyMap<string, Truth>;
  results: readonly HeadResult[];
}

/** What a way of reading labelled data has found. */
export interface Found {
  rows: Labelled[];
  /** Rows, windows or labelled blocks that could not be scored or read. */
  failed: number;
  /** Of texts: those rows by their reason. */
  failures: Record<string, number>;
  /** Rows with a label that none of the heads knows; null where labels are of stretches. */
  unknownLabels: number | null;
  /** Of a table alone; else null. */
  labels: TableLabels | null;
  aside: Aside[];
  /** Of a folder of recordings alone; else null. */
  unmatched: Unmatched | null;
}

/** What of recordings and their labels finds no counterpart. */
export interface Unmatched {
  /** Recordings of which there is no label. */
  recordings: number;
  /** People with labels of whom there is no recording. */
  people: number;
  /** Rows whose label lies nowhere, as their times cannot be read. */
  labelRows: number;
}

export interface Evaluation extends Omit<Found, 'rows'> {
  model: string;
  rows: number;
  /** Authors or people, or null where the data name none. */
  authors: number | null;
  /** What of the rows and authors the model was trained on; null where the model does not tell. */
  trainedOn: { rows: number; authors: string[] } | null;
  heads: { head: string; grade: Grade; rows: number; authors: number | null; measures: Record<string, Estimate> }[];
}

/**
 * Computes a model's measures on labelled data, with 95 % intervals over authors or people where the data name them, else
 * over rows.
 * @throws AfferentError `unknown-model`, `bad-path`, `interrupted`, `usage` where no head finds labels that it knows, or what all of the data
 *   ended at
 */
export async function evaluate(options: EvaluateOptions): Promise<Evaluation> {
  const modelDir = await modelFolder(options.model, 'text');
  const pool = await createEncoderPool({ modelDir, threads: options.threads });
  const { signal } = options;
  // Closing the threads rejects what they work on.
  const stop = (): void => void pool.close();
  signal?.addEventListener('abort', stop, { once: true });
  try {
    signal?.throwIfAborted();
    const { heads, input } = pool.model.manifest;
    const asked = options.head === undefined ? heads : heads.filter((head) => head.name === options.head);
    if (asked.length === 0) throw new AfferentError('usage', { what: `the model has no head ${options.head}` });
    const read = input.kind === 'text' ? labelledTexts : tableOf(input) === null ? labelledWindows : labelledTables;
    const { rows, ...rest } = await read(pool, asked, options);
    const evaluated = asked.flatMap((head) => ofHead(head, rows) ?? []);
    if (evaluated.length === 0) throw noneOf(rest);
    return { ...rest, ...summary(pool.model, rows, await readTrainedOn(pool.model.dir)), heads: evaluated };
  } catch (thrown) {
    throw signal?.aborted ? interruptedAnew() : thrown;
  } finally {
    signal?.removeEventListener('abort', stop);
    await pool.close();
  }
}

/** Why nothing is left to compute measures on. */
function noneOf({ labels, aside, failures }: Omit<Found, 'rows'>): AfferentError {
  const [first] = aside;
  if (first !== undefined) return new AfferentError(first.reason, first.firstRow === null ? {} : { what: `row ${first.firstRow}` });
  if (labels !== null && labels.found > 0)
    return new AfferentError('usage', { what: `${labels.found} rows have a label, and none lies where the model has a score` });
  const unread = reasonsLine(failures);
  const texts = unread === '' ? '' : `. Rows that could not be scored: ${unread}; the field of the text is named with --text-field`;
  return new AfferentError('usage', { what: `no head finds labels that it knows; name them with --label-field and --head${texts}` });
}

function ofHead(head: Head, rows: readonly Labelled[]): Evaluation['heads'][number] | null {
  const known = rows.flatMap((row) => {
    const [truth, result] = [row.truths.get(head.name), row.results.find((one) => one.head === head.name)];
    return truth && result ? [{ truth, result, author: row.author }] : [];
  });
  if (known.length === 0) return null;
  const clusters = clustersOf(known.map((row) => row.author));
  const measures = measuresOf(
    head,
    known.map((row) => row.result),
    known.map((row) => row.truth),
  );
  const estimates = Object.entries(measures).map(([name, measure]) => [name, estimate(measure, clusters)] as const);
  return {
    head: head.name,
    grade: head.grade,
    rows: known.length,
    authors: countAuthors(known.map((row) => row.author)),
    measures: Object.fromEntries(estimates),
  };
}

/** Number of each row's author, in the order of their first rows; a row without one stands by itself. */
function clustersOf(authors: readonly (string | null)[]): number[] {
  const numbers = new Map<string, number>();
  let next = 0;
  return authors.map((author) => {
    const known = author === null ? undefined : numbers.get(author);
    if (known !== undefined) return known;
    if (author !== null) numbers.set(author, next);
    return next++;
  });
}

function countAuthors(authors: readonly (string | null)[]): number | null {
  const known = new Set(authors.filter((author) => author !== null));
  return known.size === 0 ? null : known.size;
}

function summary(
  model: Model,
  rows: readonly Labelled[],
  trained: TrainedOn | null,
): Pick<Evaluation, 'model' | 'rows' | 'authors' | 'trainedOn'> {
  const authors = [...new Set(rows.flatMap((row) => row.author ?? []))].sort();
  return {
    model: model.ref,
    rows: rows.length,
    authors: countAuthors(rows.map((row) => row.author)),
    trainedOn: trained && {
      rows: rows.filter((row) => row.text !== null && trained.hasText(row.text)).length,
      authors: authors.filter((author) => trained.hasAuthor(author)),
    },
  };
}
