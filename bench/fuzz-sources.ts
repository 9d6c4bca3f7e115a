/**
 * Damaged exports through the reading of each kind: no crash, no file that takes longer than 5 s of processor time, no more than 512 MB
 * of memory, every ledger balanced, every record one that the store can open again. Each 50th file is read again in other pieces and
 * from the middle on, and taken twice into a store.
 *
 *   node bench/fuzz-sources.ts [--files 10000] [--kind KIND]... [--from 1] [--seed 1] [--json OUT] [--keep FOLDER] [--folder FOLDER] [--again]
 *
 * Files have numbers: `--kind fit --from 4711 --files 1` repeats one. With `--json` a run goes on where OUT says that it ended. Exports with
 * findings are kept in the folder of `--keep`; the others are made in that of `--folder`, which may be one in memory.
 * `--again` reads those of OUT that had findings again first: what was mended is counted as it is read now.
 */
import './help.ts';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { sourceKinds } from '../src/sources/index.ts';
import { loadRun, newRow, type Row, saveRun, tableOf } from './fuzz-sources-results.ts';
import { readKind } from './fuzz-sources-run.ts';

const TELL_MS = 10_000;

const { values } = parseArgs({
  options: {
    files: { type: 'string', default: '10000' },
    kind: { type: 'string', multiple: true, default: Object.keys(sourceKinds) },
    from: { type: 'string', default: '1' },
    seed: { type: 'string', default: '1' },
    json: { type: 'string' },
    keep: { type: 'string', default: join(tmpdir(), 'afferent-fuzz-findings') },
    folder: { type: 'string', default: tmpdir() },
    again: { type: 'boolean', default: false },
  },
});
const unknown = values.kind.find((kind) => !(kind in sourceKinds));
if (unknown !== undefined) throw new Error(`no kind ${unknown}`);

const from = Number(values.from);
const end = from + Number(values.files);
const run = loadRun(values.json, Number(values.seed));
const folder = mkdtempSync(join(values.folder, 'afferent-fuzz-'));
const stop = new AbortController();
for (const name of ['SIGINT', 'SIGTERM'] as const) process.once(name, () => stop.abort());

let toldAt = 0;
for (const kind of values.kind) {
  if (!run.rows.some((row) => row.kind === kind)) run.rows.push(newRow(kind, from));
  const row = run.rows.find((one) => one.kind === kind) as Row;
  const told = () => tell(row);
  if (values.again) await readAgain(row);
  await readKind(row, { end, seed: run.seed, folder, kept: values.keep, told, signal: stop.signal });
  saveRun(values.json, run);
  if (stop.signal.aborted) break;
}
rmSync(folder, { recursive: true, force: true });

const shown = run.rows.filter((row) => values.kind.includes(row.kind));
console.log(tableOf(shown));
for (const row of shown) for (const { number, what } of row.findings) console.log(`${row.kind} ${number}: ${what}`);
if (shown.some((row) => row.findings.length > 0)) console.error(`Exports with findings: ${values.keep}`);
process.exitCode = stop.signal.aborted ? 130 : shown.some((row) => row.findings.length > 0) ? 1 : 0;

function tell(row: Row): void {
  const last = row.findings.at(-1);
  if (last?.number === row.next - 1) console.error(`${row.kind} ${last.number}: ${last.what}`);
  if (Date.now() - toldAt < TELL_MS) return;
  toldAt = Date.now();
  console.error(`${row.kind}: ${row.next - from} of ${end - from}, ${row.findings.length} findings`);
  saveRun(values.json, run);
}

/** Takes the findings that are none any more out of a row, and counts their files as they are read now. */
async function readAgain(row: Row): Promise<void> {
  const findings = row.findings.splice(0);
  for (const finding of findings) {
    const one = newRow(row.kind, finding.number);
    const end = finding.number + 1;
    await readKind(one, { end, seed: run.seed, folder, kept: values.keep, told: () => {}, signal: stop.signal });
    if (one.files === 0) row.findings.push(finding);
    row.findings.push(...one.findings);
    for (const outcome of ['readable', 'quarantined', 'refused'] as const) row[outcome] += one[outcome];
    row.units += one.units;
  }
}
