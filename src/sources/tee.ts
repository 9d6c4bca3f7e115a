import type { AfferentError } from '../../schema/errors.ts';
import type { Part, UnitCounter } from '../../schema/source.ts';
import { readFault } from './reading/read-fault.ts';

/** A part's stream, each chunk of which a counter sees before whoever reads. */
export class Tee {
  readonly #part: Part;
  readonly #counter: UnitCounter;
  readonly #progress: ((position: number) => void) | undefined;
  #iterator: AsyncIterator<Buffer> | null = null;
  #done = false;
  position = 0;
  /** Why the stream could not be read to its end, or null. */
  broken: AfferentError | null = null;

  constructor(part: Part, counter: UnitCounter, progress?: (position: number) => void) {
    this.#part = part;
    this.#counter = counter;
    this.#progress = progress;
  }

  /** The chunks. A reader that leaves early does not close the stream: `drain` goes on where it left. */
  chunks(): AsyncIterable<Buffer> {
    const next = (): Promise<IteratorResult<Buffer>> => this.#next();
    return { [Symbol.asyncIterator]: () => ({ next }) };
  }

  /** Counts what nobody has read. */
  async drain(): Promise<void> {
    try {
      while (!(await this.#next()).done);
    } catch (thrown) {
      if (this.broken === null) throw thrown;
    }
  }

  /** Closes the file; safe to call at any time. */
  async close(): Promise<void> {
    this.#done = true;
    await this.#iterator?.return?.();
    this.#iterator = null;
  }

  async #next(): Promise<IteratorResult<Buffer>> {
    if (this.#done) {
      if (this.broken !== null) throw this.broken;
      return { done: true, value: undefined };
    }
    let result: IteratorResult<Buffer>;
    try {
      this.#iterator ??= (await this.#part.open())[Symbol.asyncIterator]() as AsyncIterator<Buffer>;
      result = await this.#iterator.next();
    } catch (thrown) {
      this.#done = true;
      this.broken = readFault(thrown, 'part-unreadable');
      throw this.broken;
    }
    if (result.done) {
      this.#done = true;
      this.#counter.end();
      return result;
    }
    this.#counter.push(result.value);
    this.position += result.value.length;
    this.#progress?.(this.position);
    return result;
  }
}
