import { proxyActivities } from '@temporalio/workflow';
import type { ScoreActivities } from '../activities/score.ts';
import { ingestQueue, scoreQueue } from './queues.ts';

// What passes is tried again until it has passed; which codes last, the activities say.
const retry = { initialInterval: '1s', maximumInterval: '30s' } as const;

/** The work of runs, on the queue that may move to other machines. */
export const { scoreShard, verifyShard } = proxyActivities<ScoreActivities>({
  taskQueue: scoreQueue,
  startToCloseTimeout: '24h',
  heartbeatTimeout: '15s',
  retry,
});

/** Holding scores against the policy shows life while it works. */
export const { decideAlerts } = proxyActivities<ScoreActivities>({
  taskQueue: ingestQueue,
  startToCloseTimeout: '6h',
  heartbeatTimeout: '15s',
  retry,
});

/** One transaction each, or a few requests; a worker that dies between the commit and its answer must not cost an hour. */
export const { freezeRun, freezeRerun, finishRun, startReviews } = proxyActivities<ScoreActivities>({
  taskQueue: ingestQueue,
  startToCloseTimeout: '1h',
  heartbeatTimeout: '15s',
  retry,
});
