import type { ErrorCode } from '../../../schema/errors.ts';

/** What of the data could not be read, for one reason. */
export interface Aside {
  reason: ErrorCode;
  /** People whose table, or recordings that, cannot be read any further. */
  people: number;
  /** Rows that were therefore not heard; 0 of recordings. */
  rows: number;
  /** Those of them with a label. */
  labels: number;
  /** The first such row of the file, the header's being 1; null of recordings. */
  firstRow: number | null;
}

/** Counts what is set aside by its reason. */
export class Asides {
  readonly #reasons = new Map<ErrorCode, Aside>();

  /** A row of which it cannot be known whose it is. */
  row(reason: ErrorCode, row: number): void {
    this.#add(reason, { people: 0, rows: 1, labels: 0, firstRow: row });
  }

  /** Somebody whose data cannot be read from a row on. */
  person(reason: ErrorCode, rest: { rows: number; labels: number; firstRow: number | null }): void {
    this.#add(reason, { people: 1, ...rest });
  }

  list(): Aside[] {
    return [...this.#reasons.values()].sort((a, b) => (a.reason < b.reason ? -1 : 1));
  }

  #add(reason: ErrorCode, { people, rows, labels, firstRow }: Omit<Aside, 'reason'>): void {
    const known = this.#reasons.get(reason) ?? { reason, people: 0, rows: 0, labels: 0, firstRow: null };
    known.people += people;
    known.rows += rows;
    known.labels += labels;
    if (firstRow !== null) known.firstRow = Math.min(known.firstRow ?? firstRow, firstRow);
    this.#reasons.set(reason, known);
  }
}
