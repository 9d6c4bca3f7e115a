import { sourceKind } from '../sources/index.ts';

/** What to ask of a source of whose exports no file was one that its kind reads. */
export function unreadNote(source: string, kind: string): string {
  const { unreadForm } = sourceKind(kind).manifest;
  const form =
    unreadForm === undefined
      ? 'Is it another kind?'
      : `Is it another kind, or the ${unreadForm} form, which cannot be read? Then ask for the download as JSON.`;
  return `${source}: no file of it is one that ${kind} reads. ${form}`;
}

/** What to ask of a source of which nothing is the participant's own. */
export function othersNote(source: string, study: string): string {
  return (
    `${source}: all that it holds is other people’s. Is the account written as the export has it? ` +
    `Else: ./afferent source map ${study} ${source} --account NAME, and ingest.`
  );
}
