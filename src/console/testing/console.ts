import type { FastifyBaseLogger, FastifyInstance } from 'fastify';
import { claimAlert, closeAlert, giveRating } from '../../store/alerts.ts';
import type { Store } from '../../store/open.ts';
import type { ReviewClient } from '../review-client.ts';
import { type ConsoleOptions, createConsole } from '../server.ts';

const later = '2099-01-01T00:00:00.000Z';

/** Does what the alert's workflow does in the end, without a Temporal server. */
export function directReview(store: Store): ReviewClient {
  return {
    claim: (alert, { by }) => claimAlert(store, alert, by, null, later),
    rate: (alert, { by, ratingId }) => giveRating(store, alert, ratingId, by, later),
    close: (alert, { by, decision }) => closeAlert(store, alert, by, decision),
  };
}

export function testConsole(
  store: Store,
  options: Partial<ConsoleOptions> & { logger?: FastifyBaseLogger } = {},
): Promise<FastifyInstance> {
  return createConsole({ store, review: directReview(store), webDist: null, ...options });
}
