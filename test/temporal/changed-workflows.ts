import { sleep } from '@temporalio/workflow';

/** The negative control of the replay test: workflows of the same names that do something else first. */
async function changed(): Promise<void> {
  await sleep('1 minute');
}

export { changed as crisisReview, changed as rerun, changed as scoring, changed as studyIngestion };
