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

/** What the system, SQLite and PostgreSQL say where a disk is full; SQLite also where its index of the log cannot grow. */
const fullDisk: ReadonlySet<unknown> = new Set(['ENOSPC', 'EDQUOT', 'SQLITE_FULL', 'SQLITE_IOERR_SHMSIZE', '53100']);

/** Any thrown thing as an AfferentError: `disk-full` where it says so, else `internal` without its message. */
export function toAfferentError(thrown: unknown): AfferentError {
  if (thrown instanceof AfferentError) return thrown;
  return new AfferentError(fullDisk.has(codeOf(thrown)) ? 'disk-full' : 'internal');
}

/** Why a path could not be written: `disk-full`, `bad-path` where its folder is not there, else `cannot-write`. */
export function toWriteError(thrown: unknown): AfferentError {
  const error = toAfferentError(thrown);
  if (error.code !== 'internal') return error;
  return new AfferentError(codeOf(thrown) === 'ENOENT' ? 'bad-path' : 'cannot-write');
}

function codeOf(thrown: unknown): unknown {
  return thrown instanceof Error ? (thrown as { code?: unknown }).code : undefined;
}
