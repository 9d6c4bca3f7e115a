import { randomUUID } from 'node:crypto';
import { AfferentError } from '../../../schema/errors.ts';
import type { Marts } from '../mart/marts.ts';
import { csvLine } from '../mart/render.ts';
import { ProcessEnded, type RunningLimits, RunningQuery } from './running-query.ts';

export interface SqlOptions extends RunningLimits {
  /** Rows that a page shows. */
  rowLimit: number;
  /** Characters that a page's rows may have. */
  textLimit: number;
  /** Queries that run at once in one study. */
  atOnce: number;
}

const defaults: SqlOptions = { timeoutMs: 30_000, graceMs: 2000, rowLimit: 10_000, textLimit: 16_000_000, atOnce: 3 };

/** People's own SQL over the scored data of one study. */
export class StudySql {
  readonly #marts: Marts;
  readonly #options: SqlOptions;
  readonly #running = new Map<string, RunningQuery>();

  constructor(marts: Marts, options: Partial<SqlOptions> = {}) {
    this.#marts = marts;
    this.#options = { ...defaults, ...options };
  }

  /**
   * Runs one SELECT and gives a SqlResult as JSON text, made by the mart's process, so that a large result is not
   * serialised here. Ends with the reader's `signal`.
   * @throws AfferentError `study-sql` (with DuckDB's reason), `study-sql-timeout`, `study-sql-cancelled`, `too-many`
   */
  async page(study: string, account: string, id: string, sql: string, signal: AbortSignal): Promise<string> {
    const began = performance.now();
    return this.#guarded(study, account, id, signal, async (query) => {
      const result = await onceMore(() => this.#firstRows(query, study, sql));
      const elapsedMs = Math.round(performance.now() - began);
      const { columns, truncated, rows } = result;
      const head = JSON.stringify({ id, columns, truncated, limit: this.#options.rowLimit, elapsedMs });
      return `${head.slice(0, -1)},"rows":[${rows}]}`;
    });
  }

  async #firstRows(query: RunningQuery, study: string, sql: string) {
    const { rowLimit, textLimit } = this.#options;
    const { columns, pieces } = await this.#open(query, study, sql, 'json');
    const texts: string[] = [];
    let [count, length, truncated] = [0, 0, false];
    for await (const piece of pieces) {
      if (length + piece.text.length > textLimit) truncated = true;
      else texts.push(count + piece.rows > rowLimit ? firstRows(piece.text, rowLimit - count) : piece.text);
      count += piece.rows;
      length += piece.text.length;
      truncated ||= count > rowLimit;
      if (truncated) break;
    }
    return { columns, truncated, rows: texts.filter((text) => text !== '').join(',') };
  }

  /** The whole result as CSV, a piece at a time. The first piece is made before this returns, so that a wrong query is told as an error. */
  async csv(study: string, account: string, sql: string, signal: AbortSignal): Promise<AsyncIterable<string>> {
    const first = Promise.withResolvers<void>();
    const done = Promise.withResolvers<void>();
    let lines: AsyncIterable<string> | undefined;
    const running = this.#guarded(study, account, randomUUID(), signal, async (query) => {
      const { columns, pieces } = await onceMore(() => this.#open(query, study, sql, 'csv'));
      lines = csvOf(columns, pieces, done);
      first.resolve();
      await query.until(done.promise);
    });
    running.catch(first.reject);
    await first.promise;
    return lines as AsyncIterable<string>;
  }

  /** Stops a query of this account. One that ended meanwhile is stopped too. */
  cancel(study: string, account: string, id: string): void {
    this.#running.get(`${study} ${account} ${id}`)?.stop('study-sql-cancelled');
  }

  async #guarded<T>(
    study: string,
    account: string,
    id: string,
    signal: AbortSignal,
    work: (query: RunningQuery) => Promise<T>,
  ): Promise<T> {
    const name = `${study} ${account} ${id}`;
    const atOnce = [...this.#running.keys()].filter((key) => key.startsWith(`${study} `)).length;
    if (atOnce >= this.#options.atOnce || this.#running.has(name)) throw new AfferentError('too-many');
    const query = new RunningQuery(this.#options);
    if (signal.aborted) throw new AfferentError('study-sql-cancelled');
    const gone = () => query.stop('study-sql-cancelled');
    signal.addEventListener('abort', gone);
    this.#running.set(name, query);
    try {
      return await work(query);
    } finally {
      signal.removeEventListener('abort', gone);
      this.#running.delete(name);
    }
  }

  async #open(query: RunningQuery, study: string, sql: string, form: 'json' | 'csv') {
    const mart = await query.until(this.#marts.get(study, 'sql'));
    const id = randomUUID();
    query.attach(mart.process, id);
    mart.busy++;
    let closed = false;
    const close = () => {
      if (closed) return;
      closed = true;
      mart.busy--;
      mart.usedAt = Date.now();
      if (!query.stopped) mart.process.closeQuery(id);
    };
    try {
      const columns = await query.step(() => mart.process.open(id, { sql, values: [], user: true, form }));
      return { columns, pieces: piecesOf(query, () => mart.process.next(id), close) };
    } catch (thrown) {
      close();
      throw thrown;
    }
  }
}

/** Tries again when the process was ended, for it may have been killed because of somebody else's query. */
async function onceMore<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (thrown) {
    if (thrown instanceof ProcessEnded) return work();
    throw thrown;
  }
}

interface Piece {
  text: string;
  rows: number;
  done: boolean;
}

async function* piecesOf(query: RunningQuery, next: () => Promise<Piece>, close: () => void): AsyncGenerator<Piece> {
  try {
    for (;;) {
      const piece = await query.step(next);
      if (piece.done) return;
      yield piece;
    }
  } finally {
    close();
  }
}

async function* csvOf(columns: { name: string }[], pieces: AsyncIterable<Piece>, done: PromiseWithResolvers<void>): AsyncGenerator<string> {
  try {
    yield csvLine(columns.map((column) => column.name));
    for await (const piece of pieces) yield piece.text;
  } finally {
    done.resolve();
  }
}

/** The first rows of a JSON list without its brackets. */
function firstRows(text: string, rows: number): string {
  const list = JSON.parse(`[${text}]`) as unknown[];
  return JSON.stringify(list.slice(0, Math.max(0, rows))).slice(1, -1);
}
