import type { FastifyInstance } from 'fastify';
import type { ZodTypeProvider } from 'fastify-type-provider-zod';
import {
  BatchPage,
  BatchQuery,
  BatchRow,
  Ledger,
  LedgerQuery,
  PageQuery,
  QuarantinePage,
  QuarantineQuery,
  QuarantineRow,
  RunPage,
  RunRow,
  type ScheduleState,
  StudyList,
  StudyOverview,
  StudyParams,
} from '../../../schema/api.ts';
import { Completeness, CompletenessDay, CompletenessQuery } from '../../../schema/completeness.ts';
import { accountRoles } from '../../store/accounts.ts';
import { studyCompleteness } from '../../store/completeness.ts';
import { openAlerts } from '../../store/explore-alerts.ts';
import { listBatches, listQuarantine, listRunRows } from '../../store/explore-batches.ts';
import { studyLedger } from '../../store/explore-ledger.ts';
import { studyCounts, studyOverview } from '../../store/explore-studies.ts';
import type { Store } from '../../store/open.ts';
import { completenessSvg } from '../completeness-svg.ts';
import type { Schedules } from '../schedules.ts';
import type { ConsoleParts } from '../server.ts';
import { allPages, sendTable } from '../table-replies.ts';

const forms = ['csv', 'json'] as const;
const ledgerColumns = [
  'source',
  'kind',
  'participant',
  'day',
  'received',
  'stored',
  'duplicate',
  'quarantined',
  'excluded',
  'erased',
  'batches',
];

const completenessColumns = ['source', 'kind', 'participant', ...Object.keys(CompletenessDay.shape)];

/** What a study holds and how it came in. */
export function studyRoutes({ store, schedules }: ConsoleParts) {
  return async (instance: FastifyInstance) => {
    const app = instance.withTypeProvider<ZodTypeProvider>();
    const params = StudyParams;

    app.get('/v1/studies', { schema: { response: { 200: StudyList } } }, async (request) => listOf(store, request.account));

    app.get('/v1/studies/:study', { schema: { params, response: { 200: StudyOverview } } }, async (request) => {
      const overview = await studyOverview(store, request.params.study);
      const known = await schedulesOf(schedules, overview);
      return { ...overview, sources: overview.sources.map((source) => ({ ...source, schedule: known.get(source.source) ?? null })) };
    });

    app.get('/v1/studies/:study/batches', { schema: { params, querystring: BatchQuery, response: { 200: BatchPage } } }, async (request) =>
      listBatches(store, request.params.study, request.query, request.query),
    );
    app.get('/v1/studies/:study/ledger', { schema: { params, querystring: LedgerQuery, response: { 200: Ledger } } }, async (request) =>
      studyLedger(store, request.params.study, request.query),
    );
    app.get(
      '/v1/studies/:study/quarantine',
      { schema: { params, querystring: QuarantineQuery, response: { 200: QuarantinePage } } },
      async (request) => listQuarantine(store, request.params.study, request.query, request.query),
    );
    app.get('/v1/studies/:study/runs', { schema: { params, querystring: PageQuery, response: { 200: RunPage } } }, async (request) =>
      listRunRows(store, request.params.study, request.query),
    );

    app.get(
      '/v1/studies/:study/completeness',
      { schema: { params, querystring: CompletenessQuery, response: { 200: Completeness } } },
      async (request) => studyCompleteness(store, request.params.study, request.query),
    );
    app.get('/v1/studies/:study/completeness.svg', { schema: { params, querystring: CompletenessQuery } }, async (request, reply) => {
      const picture = completenessSvg(await studyCompleteness(store, request.params.study, request.query));
      return reply.type('image/svg+xml').send(picture);
    });

    for (const form of forms) {
      app.get(`/v1/studies/:study/completeness.${form}`, { schema: { params, querystring: CompletenessQuery } }, async (request, reply) => {
        const { sources } = await studyCompleteness(store, request.params.study, request.query);
        const rows = sources.flatMap(({ source, kind, participant, days }) => days.map((day) => ({ source, kind, participant, ...day })));
        return sendTable(reply, form, `${request.params.study}-completeness`, completenessColumns, rows);
      });
      app.get(`/v1/studies/:study/batches.${form}`, { schema: { params, querystring: BatchQuery } }, async (request, reply) => {
        const { study } = request.params;
        const rows = allPages((page) => listBatches(store, study, request.query, page));
        return sendTable(reply, form, `${study}-batches`, Object.keys(BatchRow.shape), rows);
      });
      app.get(`/v1/studies/:study/ledger.${form}`, { schema: { params, querystring: LedgerQuery } }, async (request, reply) => {
        const { sources } = await studyLedger(store, request.params.study, request.query);
        const rows = sources.flatMap(({ source, kind, participant, days }) => days.map((day) => ({ source, kind, participant, ...day })));
        return sendTable(reply, form, `${request.params.study}-ledger`, ledgerColumns, rows);
      });
      app.get(`/v1/studies/:study/quarantine.${form}`, { schema: { params, querystring: QuarantineQuery } }, async (request, reply) => {
        const { study } = request.params;
        const rows = allPages((page) => listQuarantine(store, study, request.query, page));
        return sendTable(reply, form, `${study}-quarantine`, Object.keys(QuarantineRow.shape), rows);
      });
      app.get(`/v1/studies/:study/runs.${form}`, { schema: { params, querystring: PageQuery } }, async (request, reply) => {
        const { study } = request.params;
        const rows = allPages((page) => listRunRows(store, study, page));
        return sendTable(reply, form, `${study}-runs`, Object.keys(RunRow.shape), rows);
      });
    }
  };
}

async function listOf(store: Store, account: string): Promise<StudyList> {
  const studies: StudyList['studies'] = [];
  for (const { study, roles } of await accountRoles(store, account)) {
    const mayCount = roles.some((role) => role !== 'reviewer');
    studies.push({
      study,
      roles,
      counts: mayCount ? await studyCounts(store, study) : null,
      openAlerts: roles.includes('reviewer') ? await openAlerts(store, study) : null,
    });
  }
  return { studies };
}

/** Without an answer from Temporal the page shows the rest. */
async function schedulesOf(schedules: Schedules | null, overview: StudyOverview): Promise<Map<string, ScheduleState>> {
  const scheduled = overview.sources.filter((source) => source.everySeconds !== null).map((source) => source.source);
  if (!schedules || scheduled.length === 0) return new Map();
  return schedules.ofStudy(overview.study, scheduled).catch(() => new Map());
}
