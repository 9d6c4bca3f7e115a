import { stat } from 'node:fs/promises';
import { availableParallelism } from 'node:os';
import type { Readable, Writable } from 'node:stream';
import { AfferentError, toAfferentError } from '../../schema/errors.ts';
import type { Engine, ModelManifest, Precision } from '../../schema/model.ts';
import type { LowTally, TextScoreRow, WindowScoreRow } from '../../schema/scores.ts';
import { createEncoderPool, type EncoderPool } from '../encoder/pool/pool.ts';
import { type InputFile, inputFiles } from './inputFiles.ts';
import { inWindows } from './inWindows.ts';
import { modelFolder } from './modelFolder.ts';
import { openOutput, partialOf, requireWritable } from './output.ts';
import { interruptedAnew, notThisInput } from './rowError.ts';
import { scoreStream } from './scoreStream.ts';
import { scoreTextRows } from './scoreTextRows.ts';
import { tableOf } from './signalTables.ts';
import { textRows } from './textInput.ts';

export interface ScoreOptions {
  /** JSONL, CSV (either may be gzip; texts or, for a model of minutes or days, these), Empatica E4 zips or folders; `-` is standard input. */
  files: readonly string[];
  /** Output file; standard output where it is left out or `-`. */
  out?: string;
  /** Folder or name of a model; else the shipped one for the kind of input. */
  model?: string;
  engine?: Engine;
  precision?: Precision;
  /** Reads finished recordings twice, so that each window knows all of its recording. */
  whole?: boolean;
  /** Most rows of one run of the graph; changes no bit. */
  batch?: number;
  /** Scoring threads; changes no bit. */
  threads?: number;
  idField?: string;
  textField?: string;
  onProgress?: (done: ScoreCounts) => void;
  /** Ends the run early. */
  signal?: AbortSignal;
  stdin?: Readable;
  stdout?: Writable;
}

export interface ScoreCounts {
  rows: number;
  /** Rows with an error in them. */
  failed: number;
  /** Those by the code of their error. */
  reasons: Record<string, number>;
  /** Of an int8 form: what its counters came to. */
  low?: LowTally;
}

/** Reordering window: rows of text are sorted by length inside it. The weight is in UTF-16 units. */
const textWindow = { rows: 2048, weight: 8 * 1024 * 1024 };

/**
 * Scores files without a study, a server or a database: one row out for each row or window in, in order, in bounded
 * memory. What cannot be read or scored is a row with an error and does not end the run.
 * @returns rows written, and how many of them failed.
 * @throws AfferentError `bad-path`, `cannot-write`, `disk-full`, `unknown-model`, `no-int8-form`, `bad-model`, `not-this-kind` (a model for
 *   another kind of input), `usage` where the output is one of the files, or `interrupted`, where the rows written so far stay beside the
 *   output in a file ending `.part`.
 */
export async function scoreFiles(options: ScoreOptions): Promise<ScoreCounts> {
  const { signal } = options;
  if (options.out !== undefined && options.out !== '-') {
    await requireNoInput(options.out, options.files);
    await requireWritable(options.out);
  }
  const inputs: InputFile[] = [];
  for (const [file, path] of options.files.entries()) inputs.push(...(await inputFiles(path, file, options.stdin ?? process.stdin)));
  const pools = new Pools(options);
  // Closing the threads rejects what they work on, so that a run stops at once.
  const stop = (): void => void pools.close();
  signal?.addEventListener('abort', stop, { once: true });
  try {
    for (const input of inputs) await pools.of(input);
    return await writeAll(inputs, pools, options);
  } catch (thrown) {
    if (!signal?.aborted) throw toAfferentError(thrown);
    const toFile = options.out !== undefined && options.out !== '-';
    throw interruptedAnew(toFile ? { what: 'the rows so far are in the .part file; the next call begins anew' } : {});
  } finally {
    signal?.removeEventListener('abort', stop);
    await pools.close();
  }
}

/** Scores written over what they are of would be all that is left of it. */
async function requireNoInput(out: string, files: readonly string[]): Promise<void> {
  for (const written of [out, partialOf(out)]) {
    const target = await stat(written).catch(() => null);
    if (target === null) continue;
    for (const path of files) {
      const read = path === '-' ? null : await stat(path).catch(() => null);
      if (read?.ino === target.ino && read.dev === target.dev) throw new AfferentError('usage', { what: '--out is a file that is read' });
    }
  }
}

async function writeAll(inputs: readonly InputFile[], pools: Pools, options: ScoreOptions): Promise<ScoreCounts> {
  const counts: ScoreCounts = { rows: 0, failed: 0, reasons: {} };
  const output = await openOutput(options.out, options.stdout ?? process.stdout);
  try {
    for (const input of inputs) {
      for await (const rows of scored(input, await pools.of(input), options)) {
        options.signal?.throwIfAborted();
        await output.write(rows);
        counts.rows += rows.length;
        for (const { error } of rows) if (error !== null) count(counts, error.code);
        options.onProgress?.({ ...counts });
      }
    }
    options.signal?.throwIfAborted();
  } catch (thrown) {
    await output.stop();
    throw thrown;
  }
  await output.finish();
  const low = pools.low;
  return low === null ? counts : { ...counts, low };
}

function count(counts: ScoreCounts, code: string): void {
  counts.failed += 1;
  counts.reasons[code] = (counts.reasons[code] ?? 0) + 1;
}

/** Whether a model can read an input: a table is texts or, for a model of minutes or days, a recording. */
function fits(input: InputFile, form: ModelManifest['input']): boolean {
  if (input.is !== 'text') return form.kind === 'e4-stream';
  return form.kind === 'text' || (input.format === 'csv' && tableOf(form) !== null);
}

/** One pool for each model that is needed. */
class Pools {
  private readonly options: ScoreOptions;
  private readonly open = new Map<string, EncoderPool>();

  constructor(options: ScoreOptions) {
    this.options = options;
  }

  async of(input: InputFile): Promise<EncoderPool> {
    const modelDir = await modelFolder(this.options.model, input.is === 'text' ? 'text' : 'e4');
    const pool = this.open.get(modelDir) ?? (await this.opened(modelDir));
    const { input: form, whole } = pool.model.manifest;
    if (!fits(input, form)) throw notThisInput();
    if (this.options.whole && form.kind !== 'text' && (whole === undefined || input.is === 'text'))
      throw new AfferentError('usage', { what: 'the model reads recordings once' });
    return pool;
  }

  private async opened(modelDir: string): Promise<EncoderPool> {
    const { engine, precision, threads = Math.min(4, availableParallelism()), batch } = this.options;
    const pool = await createEncoderPool({ modelDir, engine, precision, threads, batch });
    this.open.set(modelDir, pool);
    return pool;
  }

  get low(): LowTally | null {
    return [...this.open.values()].find((pool) => pool.low !== null)?.low ?? null;
  }

  async close(): Promise<void> {
    await Promise.all([...this.open.values()].map((pool) => pool.close()));
  }
}

type Scored = TextScoreRow[] | WindowScoreRow[];

function scored(input: InputFile, pool: EncoderPool, options: ScoreOptions): AsyncGenerator<Scored> {
  if (input.is !== 'text') return scoreStream(input, pool, options.whole ?? false);
  if (pool.model.manifest.input.kind !== 'text') {
    const { file, name, bytes } = input;
    return scoreStream({ is: 'table', file, name, bytes }, pool, false);
  }
  const fields = { id: options.idField ?? 'id', text: options.textField ?? 'text' };
  const rows = textRows(input.bytes, input.format, input.file, fields);
  return inWindows(
    rows,
    (window) => scoreTextRows(pool, window),
    (row) => row.text?.length ?? 0,
    textWindow,
  );
}
