import { waitingSources } from '../store/inbox.ts';
import type { Store } from '../store/open.ts';
import { requireSource, type SourceRow } from '../store/sources.ts';

/** A source that says it is being read is believed for so long, ms; its workflow may have been lost. */
const believedMs = 60_000;

/**
 * Has every source read for which something waits in the inbox. Looking again is all that it takes to survive: what waits is in the
 * store, and an ingestion that runs already is joined.
 */
export class ReaderWaker {
  readonly #store: Store;
  readonly #start: (source: SourceRow) => Promise<unknown>;
  readonly #startedAt = new Map<string, number>();

  constructor(store: Store, start: (source: SourceRow) => Promise<unknown>) {
    this.#store = store;
    this.#start = start;
  }

  /** Looks once; a source that cannot be read does not keep the others waiting. @returns how many ingestions were asked for */
  async look(nowMs: number): Promise<number> {
    let asked = 0;
    const failures: unknown[] = [];
    for (const id of await waitingSources(this.#store)) {
      try {
        if (await this.#wake(id, nowMs)) asked++;
      } catch (thrown) {
        failures.push(thrown);
      }
    }
    if (failures.length > 0) throw failures[0];
    return asked;
  }

  async #wake(id: string, nowMs: number): Promise<boolean> {
    const source = await requireSource(this.#store, id);
    const reading = source.state === 'queued' || source.state === 'running';
    if (reading && nowMs - (this.#startedAt.get(id) ?? Number.NEGATIVE_INFINITY) < believedMs) return false;
    await this.#start(source);
    this.#startedAt.set(id, nowMs);
    return true;
  }
}
