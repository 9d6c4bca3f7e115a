import { Piscina } from 'piscina';
import type { ThreadSettings } from './jobs.ts';

/** Most JavaScript memory of a thread, megabytes; weights and samples lie outside it. */
export const threadHeapMb = 320;

/** Threads that do the work of activities; they start when first needed. */
export function threadPool(settings: ThreadSettings, threads: number): Piscina {
  return new Piscina({
    filename: new URL('./entry.ts', import.meta.url).href,
    workerData: settings,
    minThreads: 0,
    maxThreads: threads,
    idleTimeout: 60_000,
    // Reading is a stream: without a bound the collector would let garbage pile up to the size of the machine.
    resourceLimits: { maxOldGenerationSizeMb: threadHeapMb, maxYoungGenerationSizeMb: 32 },
    maxQueue: Number.POSITIVE_INFINITY,
  });
}
