import type { FastifyInstance, FastifyReply } from 'fastify';
import type { ZodTypeProvider } from 'fastify-type-provider-zod';
import { Done, SqlCsvQuery, SqlParams, SqlRequest, SqlTables, StudyParams } from '../../../schema/api.ts';
import type { ConsoleParts } from '../server.ts';
import { tablesInWords } from '../sql/tables-in-words.ts';
import { sendPieces } from '../table-replies.ts';

const catalogue = `select table_name as "table", column_name as "column", data_type as type from duckdb_columns()
  where schema_name = 'main' and not internal order by table_name, column_index`;

/** Aborts when the reader goes away before the answer was sent. */
function readerGone(reply: FastifyReply): AbortSignal {
  const controller = new AbortController();
  reply.raw.once('close', () => {
    if (!reply.raw.writableFinished) controller.abort();
  });
  return controller.signal;
}

/** People's own SQL: one SELECT, read only, over one study. */
export function sqlRoutes({ marts, sql }: ConsoleParts) {
  return async (instance: FastifyInstance) => {
    const app = instance.withTypeProvider<ZodTypeProvider>();
    const params = StudyParams;

    app.get('/v1/studies/:study/sql/tables', { schema: { params, response: { 200: SqlTables } } }, async (request) => {
      const mart = await marts.get(request.params.study, 'pages');
      return tablesInWords(await mart.rows<{ table: string; column: string; type: string }>(catalogue, []));
    });

    app.post('/v1/studies/:study/sql', { schema: { params, body: SqlRequest } }, async (request, reply) => {
      const { id, sql: text } = request.body;
      const result = await sql.page(request.params.study, request.account, id, text, readerGone(reply));
      return reply.type('application/json; charset=utf-8').send(result);
    });

    app.delete('/v1/studies/:study/sql/:id', { schema: { params: SqlParams, response: { 200: Done } } }, async (request) => {
      sql.cancel(request.params.study, request.account, request.params.id);
      return { done: true as const };
    });

    app.get('/v1/studies/:study/sql.csv', { schema: { params, querystring: SqlCsvQuery } }, async (request, reply) => {
      const { study } = request.params;
      const pieces = await sql.csv(study, request.account, request.query.sql, readerGone(reply));
      return sendPieces(reply, 'csv', `${study}-query`, pieces);
    });
  };
}
