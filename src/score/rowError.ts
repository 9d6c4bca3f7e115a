import { AfferentError, type ErrorCode, type ErrorPlace, errorTable } from '../../schema/errors.ts';
import type { TextScoreRow } from '../../schema/scores.ts';

/** Where a row stands: number of its file in the command, and of its row or window in that file, both from 0. */
export interface RowPlace {
  file: number;
  row: number;
}

/** Hints of the plain tool, where the table's speak of a study's sources. */
const hints: Partial<Record<ErrorCode, string>> = {
  'no-text': 'Name the field that holds the text with --text-field.',
  'no-time': 'The column time or date holds ISO 8601 or epoch times.',
  'not-this-kind':
    'A table of one person: time and activity or heart_rate (minutes), or date and steps, sleep, screen, calls, talk or on_foot (days).',
  'wrong-shape': 'The text must be a string: name its field with --text-field.',
};

/** The error object of a row: positions and codes, never its content. */
export function rowError(code: ErrorCode, place: RowPlace): NonNullable<TextScoreRow['error']> {
  const { message, hint } = errorTable[code];
  return { code, message, hint: hints[code] ?? hint, details: { ...place } };
}

/** A file that the model does not read. */
export function notThisInput(): AfferentError {
  return new AfferentError('not-this-kind', {}, 'Name a model that reads such files: see Inputs in docs/models.md.');
}

/** The end of what keeps nothing to go on from. */
export function interruptedAnew(place: ErrorPlace = {}): AfferentError {
  return new AfferentError('interrupted', place, 'Run the same command again: it begins anew.');
}
