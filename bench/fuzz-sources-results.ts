import { readFileSync, renameSync, writeFileSync } from 'node:fs';

/** What became of one damaged export. `ms` is processor time; `mb` the highest memory of its process while it was read. */
export interface Result {
  number: number;
  outcome: 'readable' | 'quarantined' | 'refused' | 'finding';
  ms: number;
  mb: number;
  units: number;
  /** What is wrong, of a finding. */
  what?: string;
}

/** Results of one kind so far. Files have the numbers up to `next`, without it. */
export interface Row {
  kind: string;
  next: number;
  files: number;
  units: number;
  readable: number;
  quarantined: number;
  refused: number;
  findings: { number: number; what: string }[];
  slowestMs: number;
  slowestNumber: number;
  peakMb: number;
}

/** A run, as far as it has come: what `--json` writes and goes on with. */
export interface Run {
  seed: number;
  rows: Row[];
}

export function newRow(kind: string, from: number): Row {
  const none = { files: 0, units: 0, readable: 0, quarantined: 0, refused: 0, slowestMs: 0, slowestNumber: 0, peakMb: 0 };
  return { kind, next: from, findings: [], ...none };
}

/** Counts a result. */
export function addResult(row: Row, { number, outcome, ms, mb, units, what }: Result): void {
  row.next = number + 1;
  row.files++;
  row.units += units;
  if (outcome === 'finding') row.findings.push({ number, what: what ?? '' });
  else row[outcome]++;
  if (ms > row.slowestMs) Object.assign(row, { slowestMs: ms, slowestNumber: number });
  row.peakMb = Math.max(row.peakMb, mb);
}

/** The run that a file holds, or a new one. Throws where it was made with another seed: its numbers are other files. */
export function loadRun(path: string | undefined, seed: number): Run {
  let text: string;
  try {
    text = path === undefined ? '' : readFileSync(path, 'utf8');
  } catch {
    text = '';
  }
  if (text === '') return { seed, rows: [] };
  const run = JSON.parse(text) as Run;
  if (run.seed !== seed) throw new Error(`this run was begun with --seed ${run.seed}`);
  return run;
}

/** Writes the run so that an end in the middle leaves the last one whole. */
export function saveRun(path: string | undefined, run: Run): void {
  if (path === undefined) return;
  writeFileSync(`${path}.new`, `${JSON.stringify(run, null, 2)}\n`);
  renameSync(`${path}.new`, path);
}

/** The results as a Markdown table, kinds by name and a last row for all. */
export function tableOf(rows: readonly Row[]): string {
  const sorted = rows.toSorted((a, b) => (a.kind < b.kind ? -1 : 1));
  const sum = (count: (row: Row) => number) => rows.reduce((total, row) => total + count(row), 0);
  const all = {
    ...{ kind: 'all', files: sum((row) => row.files), readable: sum((row) => row.readable), quarantined: sum((row) => row.quarantined) },
    ...{ refused: sum((row) => row.refused), findings: { length: sum((row) => row.findings.length) } },
    ...{ slowestMs: Math.max(0, ...rows.map((row) => row.slowestMs)), peakMb: Math.max(0, ...rows.map((row) => row.peakMb)) },
  };
  const line = ({ kind, files, readable, quarantined, refused, findings, slowestMs, peakMb }: typeof all) =>
    `| ${[kind, files, readable, quarantined, refused, findings.length, Math.round(slowestMs), Math.round(peakMb)].join(' | ')} |`;
  return [
    '| kind | files | readable | quarantined | refused | findings | slowest, ms | peak, MB |',
    '| --- | --- | --- | --- | --- | --- | --- | --- |',
    ...[...sorted, all].map(line),
  ].join('\n');
}
