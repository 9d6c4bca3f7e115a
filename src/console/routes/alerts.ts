import type { FastifyInstance } from 'fastify';
import type { ZodTypeProvider } from 'fastify-type-provider-zod';
import { AlertRow } from '../../../schema/alerts.ts';
import { AlertDetail, AlertParams, AlertQueue, AlertTexts, CloseRequest, RateRequest, StudyParams } from '../../../schema/api.ts';
import { AfferentError } from '../../../schema/errors.ts';
import { alertRow } from '../../store/alert-queue.ts';
import { appendAudit, audited } from '../../store/audit.ts';
import { now } from '../../store/clock.ts';
import { alertDetail, alertOf, watchedQueue } from '../../store/explore-alerts.ts';
import { draftRating } from '../../store/ratings.ts';
import { alertTexts } from '../alert-texts.ts';
import { reviewError } from '../review-client.ts';
import type { ConsoleParts } from '../server.ts';

/** The reviewer's queue. What a reviewer does goes through the alert's workflow, which decides. */
export function alertRoutes({ store, review }: ConsoleParts) {
  const taken = async (update: Promise<void>) => {
    try {
      await update;
    } catch (thrown) {
      throw reviewError(thrown);
    }
  };

  return async (instance: FastifyInstance) => {
    const app = instance.withTypeProvider<ZodTypeProvider>();
    const params = AlertParams;
    const row = { 200: AlertRow };

    app.get('/v1/studies/:study/alerts', { schema: { params: StudyParams, response: { 200: AlertQueue } } }, async (request) =>
      watchedQueue(store, request.params.study, request.account),
    );

    app.get('/v1/studies/:study/alerts/:id', { schema: { params, response: { 200: AlertDetail } } }, async (request) =>
      alertDetail(store, request.params.study, request.params.id),
    );

    app.post('/v1/studies/:study/alerts/:id/open', { schema: { params, response: { 200: AlertTexts } } }, async (request) => {
      const { study, id } = request.params;
      await alertOf(store, study, id);
      // Audited first: nobody reads without a trace.
      await appendAudit(store, { actor: request.account, action: 'alert-open', study, object: id });
      return alertTexts(store, study, id);
    });

    app.post('/v1/studies/:study/alerts/:id/claim', { schema: { params, response: row } }, async (request) => {
      const { study, id } = request.params;
      await alertOf(store, study, id);
      const entry = { actor: request.account, action: 'alert-claim', study, object: id };
      await audited(store, entry, () => taken(review.claim(id, { by: request.account })));
      return alertRow(store, study, id, now());
    });

    app.post('/v1/studies/:study/alerts/:id/rate', { schema: { params, body: RateRequest, response: row } }, async (request) => {
      const { study, id } = request.params;
      const alert = await alertOf(store, study, id);
      if (alert.state === 'closed') throw new AfferentError('alert-closed');
      const ratingId = await draftRating(store, alert, request.account, request.body);
      try {
        const entry = { actor: request.account, action: 'alert-rate', study, object: id };
        await audited(store, entry, () => taken(review.rate(id, { by: request.account, ratingId })));
      } catch (thrown) {
        // A draft that the workflow refused is nobody's rating. Without an answer it stays: the workflow may yet take it.
        const refused = thrown instanceof AfferentError && thrown.code !== 'temporal-down';
        if (refused) await store.db.deleteFrom('rating').where('id', '=', ratingId).where('state', '=', 'draft').execute();
        throw thrown;
      }
      return alertRow(store, study, id, now());
    });

    app.post('/v1/studies/:study/alerts/:id/close', { schema: { params, body: CloseRequest, response: row } }, async (request) => {
      const { study, id } = request.params;
      await alertOf(store, study, id);
      const entry = { actor: request.account, action: 'alert-close', study, object: id };
      await audited(store, entry, () => taken(review.close(id, { by: request.account, decision: request.body.decision })));
      return alertRow(store, study, id, now());
    });
  };
}
