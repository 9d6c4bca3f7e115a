import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { AfferentError } from '../../../schema/errors.ts';
import type { Head } from '../../../schema/heads.ts';
import type { EncoderPool } from '../../encoder/pool/pool.ts';
import { readRecording } from '../../encoder/stream/readRecording.ts';
import { delimiterOf, parseRows } from '../../sources/reading/csv-rows.ts';
import { inputFiles } from '../inputFiles.ts';
import { slicesOf } from '../recording.ts';
import type { EvaluateOptions, Labelled } from './evaluate.ts';
import type { Truth } from './truth.ts';

/** A stretch of one person's recording that is of one kind. UTC milliseconds. */
export interface Stretch {
  person: string;
  label: string;
  startMs: number;
  endMs: number;
}

/**
 * Scores the recordings of a folder and keeps the windows that lie wholly inside one labelled stretch. `labels.csv` (or
 * `.gz`) has a row a stretch: who (`subject` or `person`), what (`label` or `condition`), from when to when (`start`, `end`, or
 * `start_unix`, `end_unix`: seconds or ISO); or a row a second: `unix_s` and the label.
 */
export async function labelledWindows(
  pool: EncoderPool,
  heads: readonly Head[],
  options: EvaluateOptions,
): Promise<{ rows: Labelled[]; failed: number }> {
  const { input } = pool.model.manifest;
  if (input.kind !== 'e4-stream') throw new AfferentError('not-this-kind');
  const stretches = stretchesOf(await readLabels(options.file), options.labelField);
  const rows: Labelled[] = [];
  let failed = 0;
  for (const recording of await inputFiles(options.file, 0, process.stdin)) {
    if (recording.is !== 'recording') continue;
    const person = recording.name.replace(/_E4$/i, '');
    const mine = stretches.filter((stretch) => stretch.person === person);
    if (mine.length === 0) continue;
    for await (const window of readRecording(slicesOf(recording.arrival, input), input, pool.advance)) {
      const inside = mine.find((stretch) => stretch.startMs <= window.startMs && window.endMs <= stretch.endMs);
      if (inside === undefined) continue;
      if (window.result.error !== null) failed += 1;
      else rows.push({ text: null, author: person, truths: truthsOf(heads, inside.label), results: window.result.heads });
    }
    options.onProgress?.(rows.length);
  }
  return { rows, failed };
}

async function readLabels(folder: string): Promise<Record<string, string>[]> {
  const plain = await readFile(join(folder, 'labels.csv')).catch(() => null);
  const packed =
    plain ??
    (await readFile(join(folder, 'labels.csv.gz')).then(
      (bytes) => gunzipSync(bytes),
      () => null,
    ));
  if (packed === null) throw new AfferentError('bad-path', { what: 'labels.csv' });
  const lines = packed
    .toString('utf8')
    .replace(/^\ufeff/, '')
    .split(/\r?\n/)
    .filter((line) => line !== '');
  const [header, ...rows] = parseRows(lines, delimiterOf(lines[0] ?? ''));
  const columns = header ?? [];
  return rows.flatMap((cells) => (cells === null ? [] : [Object.fromEntries(columns.map((name, k) => [name.trim(), cells[k] ?? '']))]));
}

/** Stretches of the rows, those that follow one another without a gap and are of one kind made one. */
export function stretchesOf(rows: readonly Readonly<Record<string, string>>[], field?: string): Stretch[] {
  const stretches: Stretch[] = [];
  for (const row of rows) {
    const startMs = timeOf(row.start_unix ?? row.start ?? row.unix_s);
    const endMs = row.unix_s === undefined ? timeOf(row.end_unix ?? row.end) : startMs + 1000;
    const person = row.subject ?? row.person ?? row.participant ?? '';
    const label = (field === undefined ? (row.label ?? row.condition ?? row.stress) : row[field]) ?? '';
    if (!(endMs > startMs) || label === '') continue;
    const last = stretches.at(-1);
    if (last?.person === person && last.label === label && last.endMs === startMs) last.endMs = endMs;
    else stretches.push({ person, label, startMs, endMs });
  }
  return stretches;
}

/** UTC milliseconds of seconds since 1970, or of an ISO time. */
function timeOf(value: string | undefined): number {
  if (value === undefined || value === '') return Number.NaN;
  const seconds = Number(value);
  return Number.isFinite(seconds) ? seconds * 1000 : Date.parse(value);
}

/** A head of classes knows its own labels; one of yes and no has its own name, or 1, for yes. */
function truthsOf(heads: readonly Head[], label: string): Map<string, Truth> {
  const truths = new Map<string, Truth>();
  const states = new Set(heads.flatMap((head) => (head.type === 'categorical' ? head.labels : [])));
  for (const head of heads) {
    if (head.type === 'categorical' && head.labels.includes(label)) truths.set(head.name, [head.labels.indexOf(label)]);
    // A head of yes and no that is none of the states, such as the quality of the signal, is of no stretch.
    if (head.type !== 'binary' || !states.has(head.name)) continue;
    if (label === '0' || label === '1') truths.set(head.name, [Number(label)]);
    else if (states.has(label)) truths.set(head.name, [label === head.name ? 1 : 0]);
  }
  return truths;
}
