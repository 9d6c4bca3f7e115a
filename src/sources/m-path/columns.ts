import type { TableShape } from '../reading/tables.ts';

/** Columns that say of a beep whose it is and when; every other one is a question's. */
const ABOUT_BEEP: ReadonlySet<string> = new Set([
  ...['connectionId', 'legacyCode', 'code', 'alias', 'initials', 'accountCode', 'scheduledBeepId', 'sentBeepId'],
  ...['reminderForOriginalSentBeepId', 'questionListName', 'questionListLabel', 'fromProtocolName', 'timeStampScheduled'],
  ...['timeStampSent', 'timeStampStart', 'timeStampStop', 'originalTimeStampSent', 'timeZoneOffset', 'deltaUTC'],
]);

/** Rows leave out what is empty at their end. */
export const shape: TableShape = { mayBeShort: true, needed: ['questionListName'] };

/** The filled cells of questions: each is a unit. */
export function answersOf(row: Readonly<Record<string, string>>): string[] {
  return Object.keys(row).filter((name) => name !== '' && !ABOUT_BEEP.has(name) && row[name] !== '');
}
