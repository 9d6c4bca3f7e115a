import type { Store } from '../../store/open.ts';
import { MartLoader } from './load.ts';
import { MartFailure, MartProcess } from './mart-process.ts';
import type { MartValue } from './protocol.ts';

export interface MartOptions {
  /** DuckDB's limit for one mart, such as `1GB`. */
  memoryLimit: string;
  /** A mart that nobody asked for so long is ended. */
  idleMs: number;
}

const defaults: MartOptions = { memoryLimit: '1GB', idleMs: 5 * 60_000 };
const cached = 64;
/** A refresh that takes longer than this goes on while the page shows what was there before. */
const patienceMs = 1500;
const longestPauseMs = 10_000;

/** One study's scored data in a process of its own, kept like the store. */
export class Mart {
  readonly process: MartProcess;
  readonly #loader: MartLoader;
  readonly #answers = new Map<string, Record<string, MartValue>[]>();
  #refreshing: Promise<void> | null = null;
  #created = false;
  #nextRefresh = 0;
  busy = 0;
  usedAt = Date.now();

  constructor(store: Store, study: string, memoryLimit: string) {
    this.process = new MartProcess(memoryLimit);
    this.#loader = new MartLoader(store, study, this.process);
  }

  /** Waits until the mart is filled; once it is, a change is waited for with patience only. */
  async ready(): Promise<void> {
    const filled = this.#created;
    if (!this.#refreshing && Date.now() >= this.#nextRefresh) this.#refreshing = this.#refresh();
    const refreshing = this.#refreshing;
    if (!refreshing) return;
    if (!filled) return refreshing;
    let timer: NodeJS.Timeout | undefined;
    const patience = new Promise<void>((resolve) => {
      timer = setTimeout(resolve, patienceMs);
    });
    await Promise.race([refreshing, patience]).finally(() => clearTimeout(timer));
  }

  async #refresh(): Promise<void> {
    const began = performance.now();
    const first = !this.#created;
    try {
      if (first) await this.#loader.create();
      if (await this.#loader.refresh()) this.#answers.clear();
      this.#created = true;
    } catch (thrown) {
      // A mart that was filled by half is not asked: it is made again.
      this.process.kill();
      throw thrown;
    } finally {
      // While a study is being ingested it changes all the time: reading it takes a tenth of the time, or there is a pause.
      this.#nextRefresh = first ? 0 : Date.now() + Math.min(10 * (performance.now() - began), longestPauseMs);
      this.#refreshing = null;
    }
  }

  /** Rows of a query of ours; the same query on the same data is answered from memory. */
  async rows<T>(sql: string, values: MartValue[]): Promise<T[]> {
    const key = JSON.stringify([sql, values]);
    const known = this.#answers.get(key);
    if (known) return known as T[];
    const rows = await this.process.run(sql, values);
    if (this.#answers.size >= cached) this.#answers.delete(this.#answers.keys().next().value as string);
    this.#answers.set(key, rows);
    return rows as T[];
  }
}

/**
 * The marts of all studies. Pages and people's own SQL have a mart each, so that a query which has to be killed takes
 * no page with it.
 */
export class Marts {
  readonly #store: Store;
  readonly #options: MartOptions;
  readonly #marts = new Map<string, Mart>();
  readonly #sweep: NodeJS.Timeout;
  #closed = false;

  constructor(store: Store, options: Partial<MartOptions> = {}) {
    this.#store = store;
    this.#options = { ...defaults, ...options };
    this.#sweep = setInterval(() => this.#endIdle(), Math.min(30_000, this.#options.idleMs));
    this.#sweep.unref();
  }

  /** The study's mart, filled and up to date. */
  async get(study: string, purpose: 'pages' | 'sql'): Promise<Mart> {
    if (this.#closed) throw new MartFailure('ended', '');
    const name = `${purpose} ${study}`;
    let mart = this.#marts.get(name);
    if (!mart || mart.process.ended) {
      mart = new Mart(this.#store, study, this.#options.memoryLimit);
      this.#marts.set(name, mart);
    }
    mart.usedAt = Date.now();
    mart.busy++;
    try {
      await mart.ready();
    } finally {
      mart.busy--;
    }
    return mart;
  }

  #endIdle(): void {
    for (const [name, mart] of this.#marts) {
      if (mart.busy > 0 || Date.now() - mart.usedAt < this.#options.idleMs) continue;
      mart.process.kill();
      this.#marts.delete(name);
    }
  }

  close(): void {
    this.#closed = true;
    clearInterval(this.#sweep);
    for (const mart of this.#marts.values()) mart.process.kill();
    this.#marts.clear();
  }
}
