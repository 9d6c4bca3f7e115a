import { type ChildProcess, fork } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import type { MartColumn, MartReply, MartRequest, MartValue } from './protocol.ts';

/** Why a mart did not answer: it refused, failed, was interrupted, or its process ended. */
export class MartFailure extends Error {
  readonly kind: 'refused' | 'error' | 'interrupted' | 'ended';
  /** DuckDB's words, for the person who wrote the query alone. */
  readonly reason: string;

  constructor(kind: MartFailure['kind'], reason: string) {
    super(`mart: ${kind}`);
    this.kind = kind;
    this.reason = reason;
  }
}

export interface MartQuery {
  sql: string;
  values: MartValue[];
  user: boolean;
  form: 'json' | 'csv' | 'objects';
}

interface Waiting {
  resolve(reply: MartReply): void;
  reject(failure: MartFailure): void;
}

type Asked = Extract<MartRequest, { n: number }>;
type Unnumbered<T> = T extends unknown ? Omit<T, 'n'> : never;

/** The console's end of one mart process. It can be killed at any moment; whoever waits then gets a MartFailure. */
export class MartProcess {
  readonly #child: ChildProcess;
  readonly #waiting = new Map<number, Waiting>();
  #next = 0;
  #ended = false;

  constructor(memoryLimit: string) {
    const file = fileURLToPath(new URL('./process.ts', import.meta.url));
    this.#child = fork(file, [memoryLimit], {
      env: {},
      execArgv: ['--max-old-space-size=512'],
      serialization: 'advanced',
      stdio: ['ignore', 'ignore', 'ignore', 'ipc'],
    });
    this.#child.on('message', (reply: MartReply) => this.#take(reply));
    this.#child.on('exit', () => this.#end());
    this.#child.on('error', () => this.#end());
  }

  get ended(): boolean {
    return this.#ended;
  }

  get pid(): number | undefined {
    return this.#child.pid;
  }

  /** Rows of a query of ours. */
  async run(sql: string, values: MartValue[] = []): Promise<Record<string, MartValue>[]> {
    const reply = await this.#ask({ op: 'run', sql, values });
    return 'rows' in reply && reply.ok === 'rows' ? reply.rows : [];
  }

  async open(id: string, query: MartQuery): Promise<MartColumn[]> {
    const reply = await this.#ask({ op: 'open', id, ...query });
    return 'columns' in reply ? reply.columns : [];
  }

  async next(id: string): Promise<{ text: string; rows: number; done: boolean }> {
    const reply = await this.#ask({ op: 'next', id });
    return 'text' in reply ? reply : { text: '', rows: 0, done: true };
  }

  interrupt(id: string): void {
    this.#send({ op: 'interrupt', id });
  }

  closeQuery(id: string): void {
    this.#send({ op: 'close', id });
  }

  /** Ends the process at once. Everything in it is in memory and can be made again. */
  kill(): void {
    this.#child.kill('SIGKILL');
    this.#end();
  }

  #ask(request: Unnumbered<Asked>): Promise<MartReply> {
    if (this.#ended) return Promise.reject(new MartFailure('ended', ''));
    const n = ++this.#next;
    return new Promise((resolve, reject) => {
      this.#waiting.set(n, { resolve, reject });
      this.#send({ ...request, n });
    });
  }

  #send(request: MartRequest): void {
    if (this.#ended || !this.#child.connected) return;
    this.#child.send(request, (error) => {
      if (error) this.#end();
    });
  }

  #take(reply: MartReply): void {
    const waiting = this.#waiting.get(reply.n);
    this.#waiting.delete(reply.n);
    if ('failed' in reply) waiting?.reject(new MartFailure(reply.failed, reply.reason));
    else waiting?.resolve(reply);
  }

  #end(): void {
    this.#ended = true;
    for (const waiting of this.#waiting.values()) waiting.reject(new MartFailure('ended', ''));
    this.#waiting.clear();
  }
}
