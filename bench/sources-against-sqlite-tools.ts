/**
 * The same made-up export through Afferent and through a tool that writes it to SQLite in the clear, in turn on one machine: wall time,
 * processor time, units a second and peak memory of each, and the ratios.
 *
 *   node bench/sources-against-sqlite-tools.ts --tool PATH/bin/healthkit-to-sqlite --full
 *   node bench/sources-against-sqlite-tools.ts --tool PATH/bin/twitter-to-sqlite --full
 *
 * `--full` takes 1 GB or a million posts; without it `--megabytes` (60) or `--posts` (50,000). The tools come from PyPI; the python beside
 * the tool measures both. `--one-event-in N` says how many records of an Apple Health export there are for each one of sleep (4).
 * `--rounds N` takes turns, `--folder` says where to write: up to 6 GB, removed at the end.
 */
import './help.ts';
import { execFileSync } from 'node:child_process';
import { createWriteStream, mkdirSync, mkdtempSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, dirname, join } from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { parseArgs } from 'node:util';
import { threadHeapMb } from '../activities/threads/pool.ts';
import { generateExport } from '../src/sources/apple-health/generate.ts';
import { generateArchive } from './sources-x-archive.ts';

const { values } = parseArgs({
  options: {
    tool: { type: 'string' },
    full: { type: 'boolean', default: false },
    megabytes: { type: 'string', default: '60' },
    posts: { type: 'string', default: '50000' },
    'one-event-in': { type: 'string', default: '4' },
    rounds: { type: 'string', default: '1' },
    folder: { type: 'string', default: tmpdir() },
  },
});
const tool = values.tool ?? '';
const isHealth = basename(tool) === 'healthkit-to-sqlite';
const oneEventIn = Number(values['one-event-in']);

/** Runs a command and gives what the system says it took. Peak memory is that of the largest process; neither side has more than one. */
const MEASURE = `
import json, resource, subprocess, sys, time
began = time.monotonic()
status = subprocess.run(sys.argv[1:], stdout=subprocess.DEVNULL).returncode
took = resource.getrusage(resource.RUSAGE_CHILDREN)
print(json.dumps({'status': status, 'wall': time.monotonic() - began, 'user': took.ru_utime, 'system': took.ru_stime, 'megabytes': took.ru_maxrss / 1024}))
`;

interface Measured {
  wall: number;
  processor: number;
  megabytes: number;
}

function measure(command: string[]): Measured {
  const out = execFileSync(join(dirname(tool), 'python'), ['-c', MEASURE, ...command], { encoding: 'utf8' });
  const { status, wall, user, system, megabytes } = JSON.parse(out) as Record<string, number>;
  if (status !== 0) throw new Error(`${command[0]} ended with ${status}`);
  return { wall: wall ?? 0, processor: (user ?? 0) + (system ?? 0), megabytes: megabytes ?? 0 };
}

const folder = mkdtempSync(join(values.folder, 'afferent-bench-'));
try {
  const file = join(folder, isHealth ? 'export.xml' : 'data/tweet.js');
  mkdirSync(dirname(file), { recursive: true });
  const [megabytes, posts] = values.full ? [1000, 1_000_000] : [Number(values.megabytes), Number(values.posts)];
  const units = isHealth ? Math.round(megabytes * 2933) : posts;
  await pipeline(Readable.from(isHealth ? generateExport(units, 1, oneEventIn) : generateArchive(units)), createWriteStream(file));
  console.log(`${basename(file)}: ${(statSync(file).size / 1e6).toFixed(0)} MB, ${units} units`);
  for (let round = 1; round <= Number(values.rounds); round++) {
    const work = join(folder, `round-${round}`);
    mkdirSync(work);
    const database = join(work, 'theirs.db');
    const theirs = measure(isHealth ? [tool, '--silent', '--xml', file, database] : [tool, 'import', database, file]);
    print(basename(tool), theirs, units);
    const heap = [`--max-old-space-size=${threadHeapMb}`, '--max-semi-space-size=16'];
    const script = join(import.meta.dirname, 'sources-ingest.ts');
    const ours = measure([process.execPath, ...heap, script, isHealth ? 'apple-health' : 'x-archive', file, work]);
    print('afferent', ours, units);
    const times = (of: keyof Measured) => (theirs[of] / ours[of]).toFixed(2);
    console.log(
      `rows a second: ${times('wall')} × by wall, ${times('processor')} × by processor; their peak memory: ${times('megabytes')} × ours`,
    );
    rmSync(work, { recursive: true });
  }
} finally {
  rmSync(folder, { recursive: true, force: true });
}

function print(name: string, { wall, processor, megabytes }: Measured, units: number): void {
  const rates = `${Math.round(units / wall)} units/s by wall, ${Math.round(units / processor)} by processor`;
  console.log(`${name}: ${wall.toFixed(1)} s wall, ${processor.toFixed(1)} s processor, ${rates}, peak memory ${megabytes.toFixed(0)} MB`);
}
