import { Piscina } from 'piscina';
import type { ThreadSettings } from './jobs.ts';

/** Most JavaScript memory of a thread, megabytes; weights and samples lie outside it. */
export const threadHeapMb = 320;

/**
 * The same of a thread that scores. It keeps little from slice to slice, but the collector chooses by this bound how often it goes through
 * all of a heap: with that of the readers it did so for each slice, with this it lets garbage come to about a hundred megabytes.
 */
export const scoringHeapMb = 2048;

/** Threads that do the work of activities; they start when first needed. */
export function threadPool(settings: ThreadSettings, threads: number, heapMb = threadHeapMb): Piscina {
  return new Piscina({
    filename: new URL('./entry.ts', import.meta.url).href,
    workerData: settings,
    minThreads: 0,
    maxThreads: threads,
    idleTimeout: 60_000,
    // Reading is a stream: without a bound the collector would let garbage pile up to the size of the machine.
    resourceLimits: { maxOldGenerationSizeMb: heapMb, maxYoungGenerationSizeMb: 32 },
    maxQueue: Number.POSITIVE_INFINITY,
  });
}
