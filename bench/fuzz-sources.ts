/**
 * Damaged exports through the reading of each kind: no crash, no file that takes longer than 5 s of processor time, no more than 512 MB
 * of memory, every ledger balanced, every record one that the store can open again.
 *
 *   node bench/fuzz-sources.ts [--files 10000] [--kind KIND]... [--from SEED] [--folder WHERE]
 *
 * A kind is read in a process of its own; one that ends or stands still is counted, and the next goes on behind the file. Seeds are
 * numbers: `--kind fit --from 4711 --files 1` repeats one file.
 */
import { type ChildProcess, fork } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { cases } from '../src/sources/testing/cases.ts';
import { fixtureFiles, fuzzOne } from '../src/sources/testing/fuzz-one.ts';

const MOST_SECONDS = 5;
const MOST_MEGABYTES = 512;
/** A machine that is busy with other things stretches five seconds of work. */
const STANDSTILL_MS = 60_000;

const { values } = parseArgs({
  options: {
    files: { type: 'string', default: '10000' },
    kind: { type: 'string', multiple: true, default: cases.map(({ name }) => name) },
    from: { type: 'string', default: '1' },
    folder: { type: 'string', default: tmpdir() },
    child: { type: 'boolean', default: false },
  },
});

type Message = { seed: number } | { seed: number; fault: string } | { done: Row };

interface Row {
  files: number;
  units: number;
  kept: number;
  quarantined: number;
  slowest: number;
  slowestSeed: number;
  megabytes: number;
}

if (values.child) await readFiles(values.kind[0] ?? '', Number(values.from), Number(values.files), values.folder);
else process.exitCode = await readKinds();

async function readKinds(): Promise<number> {
  const folder = mkdtempSync(join(values.folder, 'afferent-fuzz-'));
  let faults = 0;
  console.log('| kind | files | units | kept | quarantined | slowest file, s of processor | peak memory, MB | faults |');
  console.log('| --- | --- | --- | --- | --- | --- | --- | --- |');
  try {
    for (const kind of values.kind) {
      const { row, found } = await readKind(kind, folder);
      faults += found.length;
      const { files, units, kept, quarantined, slowest, slowestSeed, megabytes } = row;
      const slow = `${slowest.toFixed(2)} (${slowestSeed})`;
      console.log(`| ${kind} | ${files} | ${units} | ${kept} | ${quarantined} | ${slow} | ${megabytes.toFixed(0)} | ${found.length} |`);
      for (const fault of found) console.log(`  ${kind}, ${fault}`);
    }
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
  return faults === 0 ? 0 : 1;
}

/** All files of a kind, in as many processes as it takes. */
async function readKind(kind: string, folder: string): Promise<{ row: Row; found: string[] }> {
  const row: Row = { files: 0, units: 0, kept: 0, quarantined: 0, slowest: 0, slowestSeed: 0, megabytes: 0 };
  const found: string[] = [];
  const end = Number(values.from) + Number(values.files);
  for (let from = Number(values.from); from < end; ) {
    const options = ['--child', '--kind', kind, '--from', String(from), '--files', String(end - from), '--folder', folder];
    const child = fork(import.meta.filename, options, { execArgv: [...process.execArgv, `--max-old-space-size=${MOST_MEGABYTES}`] });
    from = await watch(child, row, found);
    if (found.length >= 20) break;
  }
  if (row.megabytes > MOST_MEGABYTES) found.push(`peak memory ${row.megabytes.toFixed(0)} MB`);
  return { row, found };
}

/** Gives the seed to go on with; Infinity when the child came to its end. */
function watch(child: ChildProcess, row: Row, found: string[]): Promise<number> {
  return new Promise((resolve) => {
    let seed = 0;
    let next: number | null = null;
    let standstill = false;
    const stop = () => {
      standstill = true;
      child.kill('SIGKILL');
    };
    let timer = setTimeout(stop, STANDSTILL_MS);
    child.on('message', (message: Message) => {
      clearTimeout(timer);
      timer = setTimeout(stop, STANDSTILL_MS);
      if ('done' in message) {
        next = Number.POSITIVE_INFINITY;
        add(row, message.done);
      } else {
        seed = message.seed;
        if ('fault' in message) found.push(`${seed}: ${message.fault}`);
      }
    });
    child.on('exit', (code, signal) => {
      clearTimeout(timer);
      if (next === null) {
        row.files = seed;
        found.push(`${seed}: ${standstill ? 'stood still' : `ended with ${signal ?? code}`}`);
      }
      resolve(next ?? seed + 1);
    });
  });
}

function add(row: Row, done: Row): void {
  for (const name of ['files', 'units', 'kept', 'quarantined'] as const) row[name] += done[name];
  if (done.slowest > row.slowest) Object.assign(row, { slowest: done.slowest, slowestSeed: done.slowestSeed });
  row.megabytes = Math.max(row.megabytes, done.megabytes);
}

async function readFiles(name: string, from: number, count: number, folder: string): Promise<void> {
  const found = cases.find((given) => given.name === name);
  if (found === undefined) throw new Error(`no kind ${name}`);
  const files = fixtureFiles(found.fixtures);
  const row: Row = { files: 0, units: 0, kept: 0, quarantined: 0, slowest: 0, slowestSeed: 0, megabytes: 0 };
  const tell = (message: Message) => new Promise((resolve) => process.send?.(message, resolve));
  for (let seed = from; seed < from + count; seed++) {
    await tell({ seed });
    const before = process.cpuUsage();
    try {
      const { units, kept, quarantined } = await fuzzOne(found.kind, files, seed, join(folder, `${name}-${seed}`));
      row.units += units;
      row.kept += kept;
      row.quarantined += quarantined;
    } catch (thrown) {
      await tell({ seed, fault: thrown instanceof Error ? (thrown.stack ?? '').split('\n').slice(0, 4).join(' ') : String(thrown) });
    }
    const took = process.cpuUsage(before);
    const seconds = (took.user + took.system) / 1e6;
    if (seconds > MOST_SECONDS) await tell({ seed, fault: `took ${seconds.toFixed(1)} s` });
    row.files++;
    if (seconds > row.slowest) Object.assign(row, { slowest: seconds, slowestSeed: seed });
  }
  await tell({ done: { ...row, megabytes: process.resourceUsage().maxRSS / 1024 } });
  process.disconnect?.();
}
