import { type Dense, openGraph } from '../src/encoder/runtime.ts';

/** Milliseconds of processor time that `work` takes, all of the process's threads together. */
export async function processorTime(work: () => unknown): Promise<number> {
  const from = process.cpuUsage();
  await work();
  const { user, system } = process.cpuUsage(from);
  return (user + system) / 1000;
}

export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.floor(sorted.length / 2)] as number;
}

/** GFLOP/s of one matrix product (512 × 384 by 384 × 1,536) and GB/s of copying 64 MB, read and written; the best of ten. */
export async function machineLimits(product: string): Promise<{ gflops: number; gigabytes: number }> {
  const graph = await openGraph(product, 'native');
  const x = { data: new Float32Array(512 * 384).fill(0.01), dims: [512, 384] };
  const from = Buffer.alloc(64e6, 1);
  const to = Buffer.alloc(64e6, 2);
  const products: number[] = [];
  const copies: number[] = [];
  for (let k = 0; k < 10; k += 1) {
    products.push(
      await processorTime(async () => {
        for (let n = 0; n < 8; n += 1) await graph.run({ x });
      }),
    );
    copies.push(await processorTime(() => from.copy(to)));
  }
  await graph.release();
  return { gflops: (8 * 2 * 512 * 384 * 1536) / Math.min(...products) / 1e6, gigabytes: (2 * 64e6) / Math.min(...copies) / 1e6 };
}

/** Feeds of one batch of made-up tokens, all of them real. */
export function feedsOf(rows: number, tokens: number, block?: number): Record<string, Dense> {
  const ids = BigInt64Array.from({ length: rows * tokens }, (_, i) => BigInt(1000 + ((i * 7919) % 29_000)));
  const dims = [rows, tokens];
  return {
    input_ids: { data: ids, dims },
    attention_mask: { data: new BigInt64Array(rows * tokens).fill(1n), dims },
    ...(block !== undefined && { block: { data: BigInt64Array.of(BigInt(block)), dims: [1] } }),
  };
}

/** Work of our text encoder's linear maps on `tokens` tokens, of which `tokens` / 2 pairs: FLOP, and bytes that they read and write. */
export function linearWork(tokens: number): { flop: number; bytes: number } {
  const ssm = [1152, 24, 384, 384].map((out) => [384, out] as const);
  const attention = [1152, 384].map((out) => [384, out] as const);
  const inner = [
    [384, 1536],
    [1536, 384],
  ] as const;
  const pairs = [...ssm, ...inner, ...ssm, ...inner, ...ssm, ...inner, ...attention, ...inner, [768, 384] as const];
  const sum = (maps: readonly (readonly [number, number])[], places: number, of: (i: number, o: number, n: number) => number): number =>
    maps.reduce((total, [i, o]) => total + of(i, o, places), 0);
  const both = (of: (i: number, o: number, n: number) => number): number =>
    sum([...ssm, ...inner, ...ssm, ...inner], tokens, of) + sum(pairs, tokens / 2, of);
  return { flop: both((i, o, n) => 2 * i * o * n), bytes: both((i, o, n) => 4 * (i * o + (i + o) * n)) };
}
