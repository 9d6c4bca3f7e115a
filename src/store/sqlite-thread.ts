import { Worker } from 'node:worker_threads';
import { movable, type PackedRows } from './packed-rows.ts';
import type { Outcome, Room, Statement } from './sqlite-statements.ts';

/** What the thread is asked for, in the order in which it does it. */
export type Request = { run: Statement } | { each: { sql: string; rows: PackedRows } } | { close: true };

/** How that went; of a fault what SQLite says, for an error loses its code on the way. */
export type Reply = { outcome: Outcome } | { fault: { message: string; code: string | undefined } };

interface Waiting {
  resolve(outcome: Outcome): void;
  reject(fault: Error): void;
}

/** A thread with a connection of its own to a SQLite database. */
export class SqliteThread {
  readonly #worker: Worker;
  readonly #waiting: Waiting[] = [];
  #ended: Error | null = null;

  constructor(path: string, room: Room) {
    this.#worker = new Worker(new URL('./sqlite-thread-entry.ts', import.meta.url), {
      workerData: { path, room },
      resourceLimits: { maxOldGenerationSizeMb: 128, maxYoungGenerationSizeMb: 8 },
    });
    this.#worker.on('message', (reply: Reply) => {
      const next = this.#waiting.shift();
      if ('outcome' in reply) next?.resolve(reply.outcome);
      else next?.reject(Object.assign(new Error(reply.fault.message), { code: reply.fault.code }));
    });
    this.#worker.on('error', (fault) => this.#end(fault as Error));
    this.#worker.on('exit', () => this.#end(new Error('the thread of the database has ended')));
  }

  run(statement: Statement): Promise<Outcome> {
    return this.#ask({ run: statement });
  }

  async each(sql: string, rows: PackedRows): Promise<void> {
    await this.#ask({ each: { sql, rows } }, movable(rows));
  }

  async close(): Promise<void> {
    if (this.#ended === null) await this.#ask({ close: true });
    await this.#worker.terminate();
  }

  #ask(request: Request, moved: ArrayBuffer[] = []): Promise<Outcome> {
    if (this.#ended !== null) return Promise.reject(this.#ended);
    return new Promise((resolve, reject) => {
      this.#waiting.push({ resolve, reject });
      this.#worker.postMessage(request, moved);
    });
  }

  #end(fault: Error): void {
    this.#ended ??= fault;
    for (const { reject } of this.#waiting.splice(0)) reject(fault);
  }
}
