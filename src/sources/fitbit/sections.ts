import type { UnitCounter } from '../../../schema/source.ts';
import { RowSlicer } from '../reading/rows.ts';
import type { Unit } from '../reading/unit.ts';
import { UnitEnds } from '../reading/unit-ends.ts';

/** The role of the table of several sections that the web site gives. */
export const SECTIONS_ROLE = 'sections';

const NAME = /^fitbit_export_\d{8}.*\.csv$/;
const BEGINNING = /^(?:Body|Foods|Activities|Sleep)[\r\n]+(?:Date|Start Time),/;

export function isSections(base: string, head: string): boolean {
  return NAME.test(base) || BEGINNING.test(head);
}

/** What a row is: the title of a section stands alone and bare, its header below it. */
export class SectionRows {
  /** Where the first title was cut away, the header stands first. */
  #last: 'title' | 'header' | 'row' = 'title';

  next({ bytes, tooLong }: Unit): 'title' | 'header' | 'row' {
    const isTitle = !tooLong && bytes.length < 200 && /^[^",;\t]+$/.test(bytes.toString('latin1').trim());
    this.#last = isTitle ? 'title' : this.#last === 'title' ? 'header' : 'row';
    return this.#last;
  }
}

/** Counts the rows of all sections. */
export class SectionCounter implements UnitCounter {
  readonly #ends = new UnitEnds();
  readonly #slicer = new RowSlicer();
  readonly #rows = new SectionRows();

  push(chunk: Buffer): void {
    this.#count(this.#slicer.push(chunk));
  }

  end(): void {
    this.#count(this.#slicer.end());
  }

  takeUntil(position: number): number {
    return this.#ends.takeUntil(position);
  }

  #count(units: readonly Unit[]): void {
    for (const unit of units) if (this.#rows.next(unit) === 'row') this.#ends.push(unit.end);
  }
}
