import { errorTable } from './error-table.ts';

export { errorTable };

export type ErrorCode = keyof typeof errorTable;

/** Where in an input something went wrong: positions and our own field names, never content. */
export interface ErrorPlace {
  /** Number of the part within its arrival, from 0. */
  part?: number;
  /** Number of the unit within its part, from 0. */
  unit?: number;
  /** Position in the part's stream. */
  position?: number;
  /** Path of a field of our own schema, such as `time`. */
  field?: string;
  /** Names of ours (a package, a port, a verb), never of a participant. */
  what?: string;
}

/** The one error class: a code of the table and, where it helps, a place; and a hint where the table's would not do. */
export class AfferentError extends Error {
  readonly code: ErrorCode;
  readonly place: ErrorPlace;
  readonly hint: string;

  constructor(code: ErrorCode, place: ErrorPlace = {}, hint: string = errorTable[code].hint) {
    const entry = errorTable[code];
    super(place.what ? `${entry.message} (${place.what})` : entry.message);
    this.name = 'AfferentError';
    this.code = code;
    this.place = place;
    this.hint = hint;
  }

  get exit(): number {
    return errorTable[this.code].exit;
  }

  get status(): number {
    return errorTable[this.code].status;
  }
}

/** Any thrown thing as an AfferentError; what is not one becomes `internal` without its message. */
export function toAfferentError(thrown: unknown): AfferentError {
  return thrown instanceof AfferentError ? thrown : new AfferentError('internal');
}
