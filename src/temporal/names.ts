import { defineSearchAttributeKey, SearchAttributeType } from '@temporalio/common';

/** Search attributes that the namespace must have; both Keyword. */
export const studyAttribute = defineSearchAttributeKey('AfferentStudy', SearchAttributeType.KEYWORD);
export const kindAttribute = defineSearchAttributeKey('AfferentKind', SearchAttributeType.KEYWORD);

/** Workflow ids, as Temporal's own pages show them. Source and alert ids are keyed hashes. */
export const workflowIds = {
  ingestion: (source: string) => `ingest/${source}`,
  replay: (source: string) => `replay/${source}`,
  scoring: (study: string) => `scoring/${study}`,
  rerun: (run: string, number: string) => `rerun/${run}/${number}`,
  review: (alert: string) => `review/${alert}`,
};
export const scheduleId = (source: string) => `every/${source}`;
