/**
 * The one table of error codes. A code is never reused for another meaning.
 * `exit` is what a command ends with, `status` what the console answers,
 * `hint` says what to do next. Messages never hold input of participants.
 */
export const errorTable = {
  // wrong use
  usage: { exit: 2, status: 400, message: 'The command or request is not of the right form.', hint: 'See --help for an example.' },
  'unknown-study': { exit: 2, status: 404, message: 'There is no such study.', hint: 'List studies with: afferent study list' },
  'unknown-participant': {
    exit: 2,
    status: 404,
    message: 'There is no such participant in this study.',
    hint: 'Add one with: afferent participant add STUDY ID',
  },
  'unknown-source': {
    exit: 2,
    status: 404,
    message: 'There is no such source in this study.',
    hint: 'See the sources with: afferent status STUDY',
  },
  'unknown-kind': {
    exit: 2,
    status: 400,
    message: 'There is no such source kind.',
    hint: 'The kinds are listed by: afferent source add --help',
  },
  'unknown-run': { exit: 2, status: 404, message: 'There is no such run.', hint: 'List runs with: afferent runs STUDY' },
  'unknown-model': { exit: 2, status: 404, message: 'There is no such model.', hint: 'List models with: afferent models' },
  'unknown-head': { exit: 2, status: 404, message: 'The model has no such head.', hint: 'List heads with: afferent models' },
  'unknown-alert': { exit: 2, status: 404, message: 'There is no such alert.', hint: 'List alerts with: afferent alerts' },
  'unknown-account': { exit: 2, status: 404, message: 'There is no such account.', hint: 'Add one with: afferent account add NAME' },
  'not-found': {
    exit: 2,
    status: 404,
    message: 'There is nothing at this address.',
    hint: 'The addresses are listed at /v1/openapi.json.',
  },
  'study-exists': {
    exit: 2,
    status: 409,
    message: 'A study of this name exists.',
    hint: 'Choose another name, or use the study as it is.',
  },
  'bad-study-name': {
    exit: 2,
    status: 400,
    message: 'A study name is 1 to 63 lower-case letters, digits and hyphens, and begins with a letter or digit.',
    hint: 'For example: sleep-2026',
  },
  'bad-path': { exit: 2, status: 400, message: 'The path does not exist or cannot be read.', hint: 'Check the path and who may read it.' },
  'bad-mapping': {
    exit: 2,
    status: 400,
    message: 'The mapping does not name the fields id, time and text.',
    hint: 'For example: --map id=tweet_id,time=created,text=body',
  },
  'bad-policy': { exit: 2, status: 400, message: 'The policy file is not of the right form.', hint: 'See docs/policy.md for a whole one.' },
  'bad-roster': {
    exit: 2,
    status: 400,
    message: 'The roster is not a CSV with a column named id.',
    hint: 'Its first line must name the columns: id,consent',
  },
  'bad-consent': {
    exit: 2,
    status: 400,
    message: 'The consent file is not of the right form.',
    hint: 'See docs/consent.md for a whole one.',
  },
  'bad-model': {
    exit: 3,
    status: 500,
    message: 'The model folder is incomplete or altered.',
    hint: 'Restore it from the repository, or name another with --model.',
  },
  'bad-backup': { exit: 2, status: 400, message: 'The backup is incomplete or altered.', hint: 'Use another backup; nothing was changed.' },
  'home-not-empty': { exit: 2, status: 409, message: 'The data folder already holds studies.', hint: 'Restore into a new --home.' },
  'study-sql': {
    exit: 2,
    status: 400,
    message: 'The query cannot be run.',
    hint: 'One SELECT over the tables of this study; DESCRIBE and SHOW TABLES show them.',
  },
  'study-sql-timeout': {
    exit: 2,
    status: 408,
    message: 'The query took too long and was stopped.',
    hint: 'Narrow it, or export the data and query it elsewhere.',
  },
  'study-sql-cancelled': { exit: 2, status: 409, message: 'The query was cancelled.', hint: 'Run it again when you wish.' },
  // people
  'sign-in': { exit: 2, status: 401, message: 'Sign in first.', hint: 'Open /sign-in, or ask for a link with: afferent account link NAME' },
  'bad-sign-in': {
    exit: 2,
    status: 401,
    message: 'The name, password or link is wrong or used up.',
    hint: 'Ask for a new link with: afferent account link NAME',
  },
  forbidden: {
    exit: 2,
    status: 403,
    message: 'Your role in this study does not allow this.',
    hint: 'Ask for the role with: afferent account grant NAME STUDY ROLE',
  },
  'too-many': { exit: 2, status: 429, message: 'Too many requests.', hint: 'Wait a minute.' },
  'account-exists': {
    exit: 2,
    status: 409,
    message: 'An account of this name exists.',
    hint: 'Grant it roles with: afferent account grant NAME STUDY ROLE',
  },
  withdrawn: {
    exit: 2,
    status: 409,
    message: 'This participant has withdrawn; their data cannot come back.',
    hint: 'Remove them from the roster.',
  },
  // alerts
  'alert-claimed': { exit: 2, status: 409, message: 'Somebody else has claimed this alert.', hint: 'See who in the queue.' },
  'alert-not-claimed': { exit: 2, status: 409, message: 'Claim the alert before rating or closing it.', hint: 'afferent alerts claim ID' },
  'alert-not-rated': {
    exit: 2,
    status: 409,
    message: 'Rate the alert before closing it.',
    hint: 'afferent alerts rate ID --severity 0..6',
  },
  'alert-closed': { exit: 2, status: 409, message: 'The alert is closed.', hint: 'A new score opens a new one.' },
  // a needed part
  'no-node': { exit: 3, status: 500, message: 'Node 24 or newer cannot be had.', hint: 'Install Node 20 or newer with npm, or Node 24.' },
  'no-temporal': {
    exit: 3,
    status: 503,
    message: 'No Temporal server can be had.',
    hint: 'Set TEMPORAL_ADDRESS, put temporal on the PATH, or install Go 1.24 or newer.',
  },
  'temporal-down': {
    exit: 3,
    status: 503,
    message: 'The Temporal server does not answer.',
    hint: 'See afferent doctor, and the log in the data folder.',
  },
  'store-down': { exit: 3, status: 503, message: 'The store cannot be opened.', hint: 'See afferent doctor.' },
  'store-newer': {
    exit: 3,
    status: 500,
    message: 'The store was written by a newer Afferent.',
    hint: 'Use that version, or restore a backup made before.',
  },
  'no-key-file': {
    exit: 3,
    status: 500,
    message: 'The key file is missing, and the store holds data under it.',
    hint: 'Put it back, or name it with --key-file or AFFERENT_KEY_FILE.',
  },
  'wrong-key-file': {
    exit: 3,
    status: 500,
    message: 'The key file does not belong to this store.',
    hint: 'Name the right one with --key-file or AFFERENT_KEY_FILE.',
  },
  'no-key-store': {
    exit: 3,
    status: 500,
    message: 'The key store lacks keys of participants who have not withdrawn.',
    hint: 'Put the key store of this study back (keys.db), or name it with --key-store.',
  },
  'key-gone': {
    exit: 1,
    status: 410,
    message: 'The key of this participant was destroyed.',
    hint: 'Their data cannot be read again; this is what withdrawal means.',
  },
  'no-free-port': { exit: 3, status: 500, message: 'The port is in use.', hint: 'Name another with --port.' },
  'home-busy': {
    exit: 3,
    status: 409,
    message: 'Another afferent is starting on this data folder.',
    hint: 'Wait for it, or use another --home.',
  },
  'not-yet': { exit: 3, status: 501, message: 'This verb is not built yet.', hint: 'See --help for those that are.' },
  'missing-packages': { exit: 3, status: 500, message: 'Packages that the tests need are missing.', hint: 'Install them as named.' },
  'no-smtp': { exit: 1, status: 500, message: 'No mail server is set, so nobody was told.', hint: 'Set smtp in afferent.yaml.' },
  'smtp-failed': {
    exit: 1,
    status: 500,
    message: 'The mail server did not take the mail.',
    hint: 'See smtp in afferent.yaml and the server’s log.',
  },
  // reading
  'file-empty': { exit: 1, status: 422, message: 'The file is empty.', hint: 'Ask for the export again.' },
  'file-changed': { exit: 1, status: 422, message: 'The file changed while it was read.', hint: 'It is read again at the next run.' },
  'file-gone': { exit: 1, status: 422, message: 'The file is no longer there.', hint: 'Put it back; what was stored stays.' },
  'part-unreadable': {
    exit: 1,
    status: 422,
    message: 'The rest of this part cannot be read.',
    hint: 'What came before it is kept; ask for the export again.',
  },
  'zip-broken': { exit: 1, status: 422, message: 'The zip archive is cut off or damaged.', hint: 'Ask for the export again.' },
  'zip-bomb': {
    exit: 1,
    status: 422,
    message: 'The zip archive unpacks to far more than it should.',
    hint: 'Look at the file before trying again.',
  },
  'zip-encrypted': { exit: 1, status: 422, message: 'The zip archive has a password.', hint: 'Unpack it first.' },
  'unsafe-name': { exit: 1, status: 422, message: 'A name in the archive leads out of it.', hint: 'Look at the file before trying again.' },
  'bad-encoding': { exit: 1, status: 422, message: 'The text is not in a known encoding.', hint: 'Save it as UTF-8.' },
  'line-too-long': { exit: 1, status: 422, message: 'A line is longer than 4 MiB.', hint: 'Look at the file before trying again.' },
  'not-json': { exit: 1, status: 422, message: 'Not valid JSON.', hint: 'Fix it at its source.' },
  'not-xml': { exit: 1, status: 422, message: 'Not valid XML from here on.', hint: 'Ask for the export again.' },
  'not-csv': { exit: 1, status: 422, message: 'Not a valid CSV row.', hint: 'Fix it at its source.' },
  'wrong-shape': { exit: 1, status: 422, message: 'A field is missing or not of its type.', hint: 'Check the mapping of the source.' },
  'no-id': { exit: 1, status: 422, message: 'The record has no id.', hint: 'Check the mapping of the source.' },
  'no-time': { exit: 1, status: 422, message: 'The time is missing or cannot be read.', hint: 'Check the mapping of the source.' },
  'no-text': { exit: 1, status: 422, message: 'The record has no text.', hint: 'Check the mapping of the source.' },
  'future-time': {
    exit: 1,
    status: 422,
    message: 'The time lies more than a day after the export or arrival.',
    hint: 'Check the clock of the device.',
  },
  'bad-value': {
    exit: 1,
    status: 422,
    message: 'A value is not a number or out of its range.',
    hint: 'See the kind’s page in docs/sources.md.',
  },
  'wrong-participant': {
    exit: 1,
    status: 422,
    message: 'The export names another account than the source does.',
    hint: 'Check whose export this is.',
  },
  'not-this-kind': { exit: 1, status: 422, message: 'The file is not an export of this kind.', hint: 'Check --kind.' },
  'conflicts-with-stored': {
    exit: 1,
    status: 422,
    message: 'The same samples were stored with other values.',
    hint: 'Compare the two exports.',
  },
  unaccounted: {
    exit: 1,
    status: 500,
    message: 'The parser did not account for every unit that was counted.',
    hint: 'This is a defect of the parser: report it.',
  },
  'ledger-unbalanced': {
    exit: 1,
    status: 500,
    message: 'More units came out than went in; nothing of this part was stored.',
    hint: 'This is a defect of the parser: report it.',
  },
  'ledger-off': {
    exit: 1,
    status: 500,
    message: 'The ledger does not agree with the files or rows.',
    hint: 'See afferent ledger --check for where.',
  },
  'stale-writer': {
    exit: 1,
    status: 409,
    message: 'Another attempt goes on with this batch.',
    hint: 'Nothing to do: nothing is written twice.',
  },
  // scoring
  'row-unreadable': { exit: 1, status: 422, message: 'The row cannot be read.', hint: 'See the row and field given.' },
  'text-empty': { exit: 1, status: 422, message: 'There is no text to score.', hint: 'Nothing to do.' },
  'text-too-long': {
    exit: 1,
    status: 422,
    message: 'The text has more tokens than the model takes in one pass.',
    hint: 'It was not cut off and not scored.',
  },
  'too-little-signal': { exit: 1, status: 422, message: 'Too little of the window was recorded to score it.', hint: 'Nothing to do.' },
  'input-erased': { exit: 1, status: 410, message: 'The input was erased after a withdrawal.', hint: 'Nothing to do.' },
  'engine-failed': { exit: 1, status: 500, message: 'The model could not be run on this input.', hint: 'See afferent doctor.' },
  drift: {
    exit: 1,
    status: 500,
    message: 'Recomputed scores differ from the stored ones.',
    hint: 'See which, and the machine of each run.',
  },
  interrupted: {
    exit: 130,
    status: 499,
    message: 'Interrupted; everything stored so far is consistent.',
    hint: 'Run the same command to go on.',
  },
  internal: {
    exit: 1,
    status: 500,
    message: 'Something went wrong inside Afferent.',
    hint: 'See the log in the data folder, and report it.',
  },
} as const;

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

/** The one error class: a code of the table and, where it helps, a place. */
export class AfferentError extends Error {
  readonly code: ErrorCode;
  readonly place: ErrorPlace;

  constructor(code: ErrorCode, place: ErrorPlace = {}) {
    const entry = errorTable[code];
    super(place.what ? `${entry.message} (${place.what})` : entry.message);
    this.name = 'AfferentError';
    this.code = code;
    this.place = place;
  }

  get hint(): string {
    return errorTable[this.code].hint;
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
