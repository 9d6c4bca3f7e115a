import { choosableModels } from '../../activities/models.ts';
import type { AlertRow } from '../../schema/alerts.ts';
import type { BatchRow, StudyOverview } from '../../schema/api.ts';
import type { Config } from '../config/config.ts';
import { modelsFolder } from '../config/project.ts';
import { liveParts } from '../parts/parts-file.ts';
import { alertQueue } from '../store/alert-queue.ts';
import { contentHash } from '../store/content-hash.ts';
import { type DriftRow, driftRows } from '../store/drift.ts';
import { listBatches } from '../store/explore-batches.ts';
import { studyOverview } from '../store/explore-studies.ts';
import { type LapseRow, listLapses } from '../store/lapses.ts';
import type { Store } from '../store/open.ts';
import { type TooLittle, tooLittle } from '../store/signal-tables/too-little.ts';
import { listSources } from '../store/sources.ts';
import { studyModels } from '../store/studies.ts';
import { unscoredInputs } from '../store/unscored.ts';
import { type ScheduleInfo, scheduleInfo } from '../temporal/schedules.ts';
import { withLiveParts } from './live-parts.ts';

export interface StudyStatus extends Omit<StudyOverview, 'sources'> {
  sources: (Omit<StudyOverview['sources'][number], 'schedule'> & { schedule: ScheduleInfo | null })[];
  batchStates: Record<string, number>;
  /** The newest arrivals. */
  batches: BatchRow[];
  quarantine: { reason: string; rows: number; units: number }[];
  exclusions: { reason: string; units: number }[];
  /** Changes of the outside formats; names are told as keyed hashes, unless they were asked for. */
  drift: DriftRow[];
  /** Spans that feeds may have missed. */
  lapses: LapseRow[];
  scores: { model: string; name: string; head: string; grade: string; scores: number }[];
  /** Inputs that no model could score, by reason. */
  unscored: { reason: string; inputs: number }[];
  /** Participants of whom a chosen model of minutes or days has not heard enough to say anything, as of the last run. */
  tooLittle: TooLittle[];
  alerts: { open: number; claimed: number; rated: number; closed: number; overdue: number };
  /** Who last looked at the alerts, and when. */
  watched: { at: string; by: string } | null;
  parts: { console: string | null; temporal: string; ui: string | null } | null;
  contentHash: string;
}

const newest = 20;

/** All that `status` tells of a study; with `named` outside names as they are. @throws AfferentError `unknown-study` */
export async function studyStatus(config: Config, store: Store, study: string, named = false): Promise<StudyStatus> {
  const overview = await studyOverview(store, study);
  const parts = liveParts(config.home);
  const schedules = await schedulesOf(config, store, study);
  const { rows: batches } = await listBatches(store, study, {}, { page: 1, size: newest });
  const watch = await store.db.selectFrom('watch').selectAll().where('study', '=', study).executeTakeFirst();
  return {
    ...overview,
    sources: overview.sources.map((source) => ({ ...source, schedule: schedules.get(source.source) ?? null })),
    batchStates: await batchStates(store, study),
    batches,
    quarantine: await quarantineReasons(store, study),
    exclusions: await exclusionReasons(store, study),
    drift: await driftRows(store, study, named),
    lapses: await listLapses(store, study),
    scores: await scoreCounts(store, study),
    unscored: await unscoredInputs(store, study),
    tooLittle: await leftOut(store, study),
    alerts: alertCounts(await alertQueue(store, study, new Date().toISOString())),
    watched: watch ? { at: watch.seen_at, by: watch.by } : null,
    parts: parts && { console: parts.console, temporal: parts.temporal, ui: parts.ui },
    contentHash: await contentHash(store, study),
  };
}

/** Schedules as the server tells them; a server that does not answer leaves the rest of the status readable. */
async function schedulesOf(config: Config, store: Store, study: string): Promise<Map<string, ScheduleInfo>> {
  const sources = await listSources(store, study);
  const found = await withLiveParts(config, (client) => scheduleInfo(client, sources)).catch(() => null);
  return found ?? new Map();
}

async function batchStates(store: Store, study: string): Promise<Record<string, number>> {
  const rows = await store.db
    .selectFrom('batch')
    .select((eb) => ['state', eb.fn.countAll<number>().as('n')])
    .where('study', '=', study)
    .groupBy('state')
    .execute();
  return Object.fromEntries(rows.map((row) => [row.state, Number(row.n)]));
}

async function quarantineReasons(store: Store, study: string): Promise<StudyStatus['quarantine']> {
  const rows = await store.db
    .selectFrom('quarantine')
    .select((eb) => ['reason', eb.fn.countAll<number>().as('rows'), eb.fn.sum<number>('units').as('units')])
    .where('study', '=', study)
    .groupBy('reason')
    .orderBy('reason')
    .execute();
  return rows.map((row) => ({ reason: row.reason, rows: Number(row.rows), units: Number(row.units) }));
}

async function exclusionReasons(store: Store, study: string): Promise<StudyStatus['exclusions']> {
  const rows = await store.db
    .selectFrom('outcome_reason')
    .innerJoin('batch', 'batch.id', 'outcome_reason.batch')
    .select((eb) => ['outcome_reason.reason', eb.fn.sum<number>('outcome_reason.units').as('units')])
    .where('batch.study', '=', study)
    .where('outcome_reason.outcome', '=', 'excluded')
    .groupBy('outcome_reason.reason')
    .orderBy('outcome_reason.reason')
    .execute();
  return rows.map((row) => ({ reason: row.reason, units: Number(row.units) }));
}

async function scoreCounts(store: Store, study: string): Promise<StudyStatus['scores']> {
  const rows = await store.db
    .selectFrom('score')
    .innerJoin('model', 'model.id', 'score.model')
    .select((eb) => ['score.model', 'model.name', 'score.head', 'score.grade', eb.fn.countAll<number>().as('n')])
    .where('score.study', '=', study)
    .groupBy(['score.model', 'model.name', 'score.head', 'score.grade'])
    .orderBy('model.name')
    .orderBy('score.model')
    .orderBy('score.head')
    .execute();
  return rows.map(({ n, ...row }) => ({ ...row, scores: Number(n) }));
}

/** Those whom the models that the study has chosen leave out: they are no input of any run. */
async function leftOut(store: Store, study: string): Promise<TooLittle[]> {
  const chosen = await studyModels(store, study);
  if (chosen.length === 0) return [];
  const models = (await choosableModels(modelsFolder)).filter(({ name }) => chosen.includes(name));
  return tooLittle(store, study, models);
}

function alertCounts(alerts: AlertRow[]): StudyStatus['alerts'] {
  const of = (state: AlertRow['state']) => alerts.filter((alert) => alert.state === state).length;
  return {
    open: of('open'),
    claimed: of('claimed'),
    rated: of('rated'),
    closed: of('closed'),
    overdue: alerts.filter((alert) => alert.overdue).length,
  };
}
