import { AfferentError } from '../../../schema/errors.ts';
import { MartFailure, type MartProcess } from '../mart/mart-process.ts';

/** A query that DuckDB or we refused. `reason` goes to the person who wrote it, and into no log. */
export class StudySqlError extends AfferentError {
  readonly reason: string;

  constructor(reason: string) {
    super('study-sql');
    this.reason = reason;
  }
}

/** Its process ended under it, perhaps through no fault of its own. */
export class ProcessEnded extends StudySqlError {
  constructor() {
    super('The process that answers queries was ended: by too much memory, or by another query.');
  }
}

export interface RunningLimits {
  /** How long the database may work on one query, ms; waiting for a slow reader does not count. */
  timeoutMs: number;
  /** After being interrupted it has this long, ms; then its process is killed. */
  graceMs: number;
}

type Stop = 'study-sql-timeout' | 'study-sql-cancelled';
const interruptEveryMs = 200;

/** One query at work: it can be stopped at any moment, and whoever waits for it hears of that at once. */
export class RunningQuery {
  readonly #limits: RunningLimits;
  #left: number;
  #stopped: Stop | null = null;
  #process: MartProcess | null = null;
  #id = '';
  #working = false;
  readonly #stop = Promise.withResolvers<never>();
  #timers: NodeJS.Timeout[] = [];

  constructor(limits: RunningLimits) {
    this.#limits = limits;
    this.#left = limits.timeoutMs;
    // Nobody may be waiting when it is stopped.
    this.#stop.promise.catch(() => {});
  }

  /** Waits for something that is not the query's own work (its mart being filled). */
  async until<T>(work: Promise<T>): Promise<T> {
    return Promise.race([work, this.#stop.promise]);
  }

  /** From here on stopping reaches the process. */
  attach(process: MartProcess, id: string): void {
    this.#process = process;
    this.#id = id;
  }

  /** One step of the query's work, taken from its time. @throws AfferentError of the ways in which a query ends */
  async step<T>(begin: () => Promise<T>): Promise<T> {
    if (this.#stopped) throw new AfferentError(this.#stopped);
    this.#working = true;
    const work = begin();
    const began = performance.now();
    const timer = setTimeout(() => this.stop('study-sql-timeout'), Math.max(0, this.#left));
    try {
      return await Promise.race([work, this.#stop.promise]);
    } catch (thrown) {
      throw this.#outcome(thrown);
    } finally {
      clearTimeout(timer);
      this.#left -= performance.now() - began;
      work.then(
        () => this.#settled(),
        () => this.#settled(),
      );
    }
  }

  /** Stops it: interrupted again and again, for an interrupt between two steps is lost, then killed. */
  stop(why: Stop): void {
    if (this.#stopped) return;
    this.#stopped = why;
    const process = this.#process;
    if (process && !this.#working) process.closeQuery(this.#id);
    if (process && this.#working) {
      process.interrupt(this.#id);
      this.#timers.push(setInterval(() => process.interrupt(this.#id), interruptEveryMs));
      this.#timers.push(setTimeout(() => process.kill(), this.#limits.graceMs));
    }
    this.#stop.reject(new AfferentError(why));
  }

  get stopped(): boolean {
    return this.#stopped !== null;
  }

  /** The process gave up the step that was stopped, so it need not be killed. */
  #settled(): void {
    this.#working = false;
    if (!this.#stopped) return;
    for (const timer of this.#timers) clearInterval(timer);
    this.#process?.closeQuery(this.#id);
  }

  #outcome(thrown: unknown): unknown {
    if (this.#stopped) return new AfferentError(this.#stopped);
    if (!(thrown instanceof MartFailure)) return thrown;
    if (thrown.kind === 'ended') return new ProcessEnded();
    return new StudySqlError(thrown.reason);
  }
}
