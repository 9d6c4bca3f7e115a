import type { FastifyInstance } from 'fastify';
import type { ZodTypeProvider } from 'fastify-type-provider-zod';
import {
  AsOfPage,
  AsOfQuery,
  AsOfRow,
  ParticipantParams,
  RecordPage,
  RecordQuery,
  RecordRow,
  ScorePage,
  ScoreQuery,
  StudyParams,
  Timeline,
  TimelineQuery,
} from '../../../schema/api.ts';
import { asOfPage, asOfRows } from '../explore/as-of.ts';
import { martPieces } from '../explore/mart-stream.ts';
import { allRecords, recordPage } from '../explore/records.ts';
import { scoreCsvSql, scoreJsonSql, scorePage } from '../explore/scores.ts';
import { SignalSummaries } from '../explore/signal-summaries.ts';
import { participantTimeline } from '../explore/timeline.ts';
import type { ConsoleParts } from '../server.ts';
import { allPages, sendPieces, sendTable } from '../table-replies.ts';

const forms = ['csv', 'json'] as const;

/** Records, scores and one participant over time. */
export function exploreRoutes({ store, marts }: ConsoleParts) {
  const summaries = new SignalSummaries();
  return async (instance: FastifyInstance) => {
    const app = instance.withTypeProvider<ZodTypeProvider>();
    const params = StudyParams;
    const pages = (study: string) => marts.get(study, 'pages');

    app.get('/v1/studies/:study/scores', { schema: { params, querystring: ScoreQuery, response: { 200: ScorePage } } }, async (request) =>
      scorePage(await pages(request.params.study), request.query),
    );
    app.get('/v1/studies/:study/scores.csv', { schema: { params, querystring: ScoreQuery } }, async (request, reply) => {
      const { study } = request.params;
      const mart = await pages(study);
      return sendPieces(reply, 'csv', `${study}-scores`, martPieces(mart, await scoreCsvSql(mart, request.query), 'csv'));
    });
    app.get('/v1/studies/:study/scores.json', { schema: { params, querystring: ScoreQuery } }, async (request, reply) => {
      const { study } = request.params;
      const pieces = martPieces(await pages(study), scoreJsonSql(request.query), 'objects');
      return sendPieces(reply, 'json', `${study}-scores`, asList(pieces));
    });

    app.get(
      '/v1/studies/:study/records',
      { schema: { params, querystring: RecordQuery, response: { 200: RecordPage } } },
      async (request) => recordPage(store, await pages(request.params.study), request.query),
    );
    for (const form of forms) {
      app.get(`/v1/studies/:study/records.${form}`, { schema: { params, querystring: RecordQuery } }, async (request, reply) => {
        const { study } = request.params;
        const rows = allRecords(store, await pages(study), request.query);
        return sendTable(reply, form, `${study}-records`, Object.keys(RecordRow.shape), rows);
      });
    }

    app.get(
      '/v1/studies/:study/records/as-of',
      { schema: { params, querystring: AsOfQuery, response: { 200: AsOfPage } } },
      async (request) => asOfPage(store, request.params.study, request.query),
    );
    for (const form of forms) {
      app.get(`/v1/studies/:study/records/as-of.${form}`, { schema: { params, querystring: AsOfQuery } }, (request, reply) => {
        const { study } = request.params;
        const rows = allPages(async (page) => ({ rows: await asOfRows(store, study, request.query, page) }));
        return sendTable(reply, form, `${study}-records`, Object.keys(AsOfRow.shape), rows);
      });
    }

    app.get(
      '/v1/studies/:study/participants/:participant/timeline',
      { schema: { params: ParticipantParams, querystring: TimelineQuery, response: { 200: Timeline } } },
      async (request) => {
        const { study, participant } = request.params;
        return participantTimeline(store, await pages(study), study, participant, request.query, summaries);
      },
    );
  };
}

async function* asList(pieces: AsyncIterable<string>): AsyncGenerator<string> {
  let separator = '{"rows":[';
  for await (const piece of pieces) {
    yield separator + piece;
    separator = ',\n';
  }
  yield separator === ',\n' ? ']}' : '{"rows":[]}';
}
