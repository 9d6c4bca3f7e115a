import { SlicedCounter } from '../reading/count-sliced.ts';
import { RowSlicer } from '../reading/rows.ts';
import type { Unit } from '../reading/unit.ts';

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
export class SectionCounter extends SlicedCounter {
  readonly #rows = new SectionRows();

  constructor() {
    super(new RowSlicer());
  }

  protected weigh(cut: Unit[]): [Unit, number][] {
    return cut.map((unit) => [unit, this.#rows.next(unit) === 'row' ? 1 : 0]);
  }
}
