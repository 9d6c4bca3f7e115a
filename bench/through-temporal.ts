/**
 * The price of durability: the same posts through `score`, and through Temporal and SQLite into stored scores, in turn.
 * Prints wall times and their ratio for each pair, and the median ratio.
 *
 *   node bench/through-temporal.ts [--posts 20000] [--pairs 3]
 */
import './help.ts';
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { availableParallelism, cpus, tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { syntheticPost } from './synthetic-posts.ts';

const { values } = parseArgs({ options: { posts: { type: 'string', default: '20000' }, pairs: { type: 'string', default: '3' } } });
const posts = Number(values.posts);
const launcher = join(import.meta.dirname, '..', 'afferent');
const folder = mkdtempSync(join(tmpdir(), 'afferent-bench-'));
const file = join(folder, 'posts.jsonl');
writeFileSync(file, Array.from({ length: posts }, (_, i) => `${JSON.stringify(syntheticPost(i))}\n`).join(''));

function run(...args: string[]): number {
  const from = performance.now();
  const { status } = spawnSync(launcher, args, { stdio: ['ignore', 'ignore', 'inherit'] });
  if (status !== 0) throw new Error(`${args[0]} ended with ${status}`);
  return (performance.now() - from) / 1000;
}

try {
  console.log(`${cpus()[0]?.model}, ${availableParallelism()} processors, ${posts} posts`);
  const ratios: number[] = [];
  for (let pair = 0; pair < Number(values.pairs); pair++) {
    const plain = run('score', file, '--out', join(folder, `scores-${pair}.jsonl`));
    const home = join(folder, `home-${pair}`);
    run('study', 'create', 'bench', '--home', home);
    run('participant', 'add', 'bench', 'P1', '--home', home);
    run('source', 'add', 'bench', '--kind', 'posts', '--path', file, '--participant', 'P1', '--home', home);
    // From the command to its end: starting and stopping the server and the worker is in it.
    const durable = run('ingest', 'bench', '--home', home);
    ratios.push(durable / plain);
    console.log(`score ${plain.toFixed(1)} s, through Temporal ${durable.toFixed(1)} s, ratio ${(durable / plain).toFixed(2)}`);
  }
  const median = ratios.sort((a, b) => a - b)[Math.floor(ratios.length / 2)] as number;
  console.log(`median ratio ${median.toFixed(2)}`);
} finally {
  rmSync(folder, { recursive: true, force: true });
}
