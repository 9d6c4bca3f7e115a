export { crisisReview } from './crisis-review.ts';
export { rerun } from './rerun.ts';
export { scoring } from './scoring.ts';
export { studyIngestion } from './study-ingestion.ts';
