import type { UnitCounter } from '../../../schema/source.ts';
import { DriftOnce } from './drift.ts';
import type { Unit } from './unit.ts';
import { UnitEnds } from './unit-ends.ts';

/** What a counter that looks into rows is told of drift: the parser tells it. */
export const SILENT = new DriftOnce({ mapping: {}, zone: null, account: null, arrivedMs: 0, drift: () => {} });

interface Slicer {
  push(chunk: Buffer): Unit[];
  end(): Unit[];
}

/** Counts where it takes the row itself to say how many units it is: what a slicer cuts, each weighed by the kind. */
export abstract class SlicedCounter implements UnitCounter {
  readonly #ends = new UnitEnds();
  readonly #slicer: Slicer;

  constructor(slicer: Slicer) {
    this.#slicer = slicer;
  }

  /** What was cut, in its order, with how many units each is. */
  protected abstract weigh(cut: Unit[]): Iterable<readonly [Unit, number]>;

  push(chunk: Buffer): void {
    this.#count(this.#slicer.push(chunk));
  }

  end(): void {
    this.#count(this.#slicer.end());
  }

  takeUntil(position: number): number {
    return this.#ends.takeUntil(position);
  }

  #count(cut: Unit[]): void {
    for (const [unit, units] of this.weigh(cut)) for (let i = 0; i < units; i++) this.#ends.push(unit.end);
  }
}
