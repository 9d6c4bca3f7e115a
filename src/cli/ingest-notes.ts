import { type ErrorCode, errorTable } from '../../schema/errors.ts';
import { sourceKind } from '../sources/index.ts';
import type { Ingestion } from './verbs/ingest.ts';

/** What whoever ingests should know besides the counts, each with what to do. */
export function ingestNotes(result: Ingestion): string[] {
  const { study, sources, erasedBefore, quarantined, unread, ofOthers, unwatchedAlerts } = result;
  const notes: string[] = [];
  if (erasedBefore > 0) notes.push(`${erasedBefore} units that had been stored before were erased, with their scores.`);
  for (const { source, error } of sources) {
    if (error === null || !Object.hasOwn(errorTable, error)) continue;
    const { message, hint } = errorTable[error as ErrorCode];
    notes.push(`${source}: ${message} ${hint}`);
  }
  for (const { source, kind } of sources) {
    if (unread.includes(source)) notes.push(unreadNote(source, kind));
    if (ofOthers.includes(source)) notes.push(othersNote(source, study));
  }
  if (quarantined > 0)
    notes.push(`${counted(quarantined, 'unit')} could not be read or trusted. Which, and why: ./afferent quarantine list ${study}`);
  if (unwatchedAlerts > 0) {
    const are = unwatchedAlerts === 1 ? 'is' : 'are';
    notes.push(`${counted(unwatchedAlerts, 'alert')} ${are} open and nobody watches: run afferent up, so that people are told.`);
  }
  return notes;
}

const counted = (n: number, what: string) => `${n} ${what}${n === 1 ? '' : 's'}`;

/** What to ask of a source of whose exports no file was one that its kind reads. */
function unreadNote(source: string, kind: string): string {
  const { unreadForm } = sourceKind(kind).manifest;
  const form =
    unreadForm === undefined
      ? 'Is it another kind?'
      : `Is it another kind, or the ${unreadForm} form, which cannot be read? Then ask for the download as JSON.`;
  return `${source}: no file of it is one that ${kind} reads. ${form}`;
}

/** What to ask of a source of which nothing is the participant's own. */
function othersNote(source: string, study: string): string {
  return (
    `${source}: all that it holds is other people’s. Is the account written as the export has it? ` +
    `Else: ./afferent source map ${study} ${source} --account NAME, and ingest.`
  );
}
