import { Piscina } from 'piscina';
import type { ThreadSettings } from './jobs.ts';

/** Threads that do the work of activities; they start when first needed. */
export function threadPool(settings: ThreadSettings, threads: number): Piscina {
  return new Piscina({
    filename: new URL('./entry.ts', import.meta.url).href,
    workerData: settings,
    minThreads: 0,
    maxThreads: threads,
    idleTimeout: 60_000,
    maxQueue: Number.POSITIVE_INFINITY,
  });
}
