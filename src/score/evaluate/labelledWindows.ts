import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { AfferentError, type ErrorCode } from '../../../schema/errors.ts';
import type { Head } from '../../../schema/heads.ts';
import type { EncoderPool } from '../../encoder/pool/pool.ts';
import { readRecording } from '../../encoder/stream/readRecording.ts';
import { delimiterOf, parseRows } from '../../sources/reading/csv-rows.ts';
import { inputFiles } from '../inputFiles.ts';
import { slicesOf } from '../recording.ts';
import { notThisInput } from '../rowError.ts';
import { Asides } from './asides.ts';
import type { EvaluateOptions, Found, Labelled } from './evaluate.ts';
import type { Truth } from './truth.ts';

/** A stretch of one person's recording that is of one kind. UTC milliseconds. */
export interface Stretch {
  person: string;
  label: string;
  startMs: number;
  endMs: number;
}

/** What is no fault of a recording. */
const ours: ReadonlySet<ErrorCode> = new Set(['interrupted', 'engine-failed']);

/**
 * Scores the recordings of a folder and keeps the windows that lie wholly inside one labelled stretch. `labels.csv` (or
 * `.gz`) has a row a stretch: who (`subject` or `person`), what (`label` or `condition`), from when to when (`start`, `end`, or
 * `start_unix`, `end_unix`: seconds or ISO); or a row a second: `unix_s` and the label.
 */
export async function labelledWindows(pool: EncoderPool, heads: readonly Head[], options: EvaluateOptions): Promise<Found> {
  const { input } = pool.model.manifest;
  if (input.kind !== 'e4-stream') throw notThisInput();
  const labelRows = await readLabels(options.file, options.labelField);
  const stretches = stretchesOf(labelRows, options.labelField);
  const labelled = new Set(stretches.map(({ person }) => person));
  const recorded = new Set<string>();
  let unlabelled = 0;
  const rows: Labelled[] = [];
  const aside = new Asides();
  let failed = 0;
  for (const recording of await inputFiles(options.file, 0, process.stdin)) {
    if (recording.is !== 'recording') continue;
    const person = recording.name.replace(/_E4$/i, '');
    const mine = stretches.filter((stretch) => stretch.person === person);
    recorded.add(person);
    if (mine.length === 0) {
      // The labels lie beside the recordings.
      if (recording.arrival.form !== 'file') unlabelled += 1;
      continue;
    }
    try {
      for await (const window of readRecording(slicesOf(recording.arrival, input), input, pool.advance)) {
        const inside = mine.find((stretch) => stretch.startMs <= window.startMs && window.endMs <= stretch.endMs);
        if (inside === undefined) continue;
        if (window.result.error !== null) failed += 1;
        else rows.push({ text: null, author: person, truths: truthsOf(heads, inside.label), results: window.result.heads });
      }
    } catch (thrown) {
      // A recording that breaks off is heard up to there, and the others go on.
      const code = thrown instanceof AfferentError ? thrown.code : 'row-unreadable';
      if (ours.has(code)) throw thrown;
      aside.person(code, { rows: 0, labels: 0, firstRow: null });
    }
    options.onProgress?.(rows.length);
  }
  const unmatched = {
    recordings: unlabelled,
    people: [...labelled].filter((person) => !recorded.has(person)).length,
    labelRows: labelRows.filter((row) => isBroken(stretchOf(row, options.labelField))).length,
  };
  return { rows, failed, failures: {}, unknownLabels: null, labels: null, aside: aside.list(), unmatched };
}

/** @throws AfferentError `usage` where a column is missing */
async function readLabels(folder: string, field?: string): Promise<Record<string, string>[]> {
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
  const columns = (header ?? []).map((name) => name.trim());
  if (!hasStretches(columns, field)) throw new AfferentError('usage', { what: neededColumns });
  return rows.flatMap((cells) => (cells === null ? [] : [Object.fromEntries(columns.map((name, k) => [name, cells[k] ?? '']))]));
}

const people = ['subject', 'person', 'participant'] as const;
const kinds = ['label', 'condition', 'stress'] as const;

const neededColumns =
  'labels.csv needs the columns subject or person, label or condition (or as --label-field says), and start and end, or start_unix and end_unix, or unix_s';

function hasStretches(columns: readonly string[], field?: string): boolean {
  const any = (names: readonly string[]) => names.some((name) => columns.includes(name));
  const timed = any(['unix_s']) || (any(['start_unix', 'start']) && any(['end_unix', 'end']));
  return any(people) && any(field === undefined ? kinds : [field]) && timed;
}

/** The cell of the first of these columns that there is. */
function cellOf(row: Readonly<Record<string, string>>, names: readonly string[]): string {
  const name = names.find((one) => row[one] !== undefined);
  return (name === undefined ? '' : (row[name] ?? '')).trim();
}

/** Stretches of the rows, those that follow one another without a gap and are of one kind made one. */
export function stretchesOf(rows: readonly Readonly<Record<string, string>>[], field?: string): Stretch[] {
  const stretches: Stretch[] = [];
  for (const row of rows) {
    const stretch = stretchOf(row, field);
    if (stretch.label === '' || isBroken(stretch)) continue;
    const { person, label, startMs, endMs } = stretch;
    const last = stretches.at(-1);
    if (last?.person === person && last.label === label && last.endMs === startMs) last.endMs = endMs;
    else stretches.push(stretch);
  }
  return stretches;
}

function stretchOf(row: Readonly<Record<string, string>>, field?: string): Stretch {
  const startMs = timeOf(row.start_unix ?? row.start ?? row.unix_s);
  const endMs = row.unix_s === undefined ? timeOf(row.end_unix ?? row.end) : startMs + 1000;
  const person = cellOf(row, people);
  const label = cellOf(row, field === undefined ? kinds : [field]);
  return { person, label, startMs, endMs };
}

/** Whether a label lies nowhere: its times cannot be read, or end before they begin. */
function isBroken({ label, startMs, endMs }: Stretch): boolean {
  return label !== '' && !(endMs > startMs);
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
