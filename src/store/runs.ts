import type { Transaction } from 'kysely';
import { sql } from 'kysely';
import { AfferentError } from '../../schema/errors.ts';
import type { Engine } from '../../schema/model.ts';
import { now } from './clock.ts';
import type { Store } from './open.ts';
import { recordingsNow } from './recordings.ts';
import { unnameErased } from './run-inputs.ts';
import type { StepForm } from './signal-tables/forms.ts';
import { freezeTables, type PreparedTables } from './signal-tables/freeze.ts';
import type { Tables } from './tables.ts';

/** A model as a run froze it. `folder` is its name under the home's `models/`. */
export interface RunModel {
  name: string;
  id: string;
  thresholds: string;
  folder: string;
  input: 'text' | 'e4' | StepForm;
  /** Of a model of minutes or days: the stretch that it must have heard before it says anything, seconds. */
  windowS?: number;
  /** The form that is run; left out, the one of the model's graph. */
  precision?: 'int8';
  /** Version of the masking of texts; left out, the first. */
  masking?: number;
}

export interface FrozenRun {
  id: string;
  study: string;
  number: number;
  inputs: number;
}

/**
 * Freezes a run over every newest post, every recording, and the minutes and days of every participant as prepared, that these models
 * have not scored yet.
 * @returns null when there is nothing to score
 */
export async function freezeRun(
  store: Store,
  study: string,
  models: RunModel[],
  engine: Engine,
  prepared: PreparedTables = {},
): Promise<FrozenRun | null> {
  return store.db.transaction().execute(async (tx) => {
    // A run that is under way goes on: its freezing was tried again, or the workflow that had it was lost.
    const running = await tx
      .selectFrom('run')
      .select(['id', 'study', 'number', 'inputs'])
      .where('study', '=', study)
      .where('state', '=', 'running')
      .where('of_run', 'is', null)
      .orderBy('number')
      .executeTakeFirst();
    if (running) return running;
    const { number, id } = await nextRun(store, tx, study);
    await insertRun(tx, { id, study, number, models, engine, of: null, verify: false });
    let inputs = 0;
    for (const model of models) {
      if (model.input === 'text') inputs += await freezePosts(tx, id, study, model, inputs);
      else if (model.input === 'e4') inputs += await freezeRecordings(tx, id, study, model, inputs);
      else inputs += await freezeTables(tx, id, model, prepared[model.input] ?? [], inputs);
    }
    if (inputs === 0) {
      await tx.deleteFrom('run').where('id', '=', id).execute();
      return null;
    }
    await tx.updateTable('run').set({ inputs }).where('id', '=', id).execute();
    return { id, study, number, inputs };
  });
}

export interface RerunRequest {
  /** Run whose inputs are taken. */
  of: string;
  verify: boolean;
  engine: Engine;
  /** Names the request: freezing it again gives the same run. */
  key: string;
  /** Null: the models of that run. */
  models: RunModel[] | null;
}

/** Freezes a run over the inputs of one that has ended. */
export async function freezeRerun(store: Store, { of, verify, engine, key, models }: RerunRequest): Promise<FrozenRun> {
  const original = await requireRun(store, of);
  const id = `r_${store.secrets.study(original.study)('rerun', of, key).slice(0, 16)}`;
  // One that was cut short may still name what was erased while it was frozen.
  await unnameErased(store, of);
  return store.db.transaction().execute(async (tx) => {
    const before = await tx.selectFrom('run').select(['id', 'study', 'number', 'inputs']).where('id', '=', id).executeTakeFirst();
    if (before) return before;
    const { number } = await nextRun(store, tx, original.study);
    const frozen = models ?? (JSON.parse(original.models) as RunModel[]);
    await insertRun(tx, { id, study: original.study, number, models: frozen, engine, of, verify });
    const renamed = new Map((JSON.parse(original.models) as RunModel[]).map((old) => [old.id, frozen.find((m) => m.input === old.input)]));
    let inputs = 0;
    for (const [old, model] of renamed) {
      if (!model) continue;
      const { numInsertedOrUpdatedRows } = await tx
        .insertInto('run_input')
        .columns(['run', 'ordinal', 'participant', 'model', 'record', 'series', 'tables', 'input_id', 'state'])
        .expression((eb) =>
          eb
            .selectFrom('run_input')
            .select([
              sql.lit(id).as('run'),
              'ordinal',
              'participant',
              sql.lit(model.id).as('model'),
              'record',
              'series',
              'tables',
              'input_id',
              sql<'pending'>`case when state = 'erased' then 'erased' else 'pending' end`.as('state'),
            ])
            .where('run', '=', of)
            .where('model', '=', old),
        )
        .executeTakeFirstOrThrow();
      inputs += Number(numInsertedOrUpdatedRows ?? 0);
    }
    await tx.updateTable('run').set({ inputs }).where('id', '=', id).execute();
    return { id, study: original.study, number, inputs };
  });
}

async function nextRun(store: Store, tx: Transaction<Tables>, study: string): Promise<{ number: number; id: string }> {
  const last = await tx
    .selectFrom('run')
    .select((eb) => eb.fn.max('number').as('number'))
    .where('study', '=', study)
    .executeTakeFirst();
  const number = Number(last?.number ?? 0) + 1;
  return { number, id: `r_${store.secrets.study(study)('run', String(number)).slice(0, 16)}` };
}

async function insertRun(
  tx: Transaction<Tables>,
  run: { id: string; study: string; number: number; models: RunModel[]; engine: Engine; of: string | null; verify: boolean },
): Promise<void> {
  await tx
    .insertInto('run')
    .values({
      id: run.id,
      study: run.study,
      number: run.number,
      state: 'running',
      of_run: run.of,
      verify: run.verify ? 1 : 0,
      models: JSON.stringify(run.models),
      engine: run.engine,
      machine: null,
      inputs: 0,
      started_at: now(),
      finished_at: null,
      decided_at: null,
      result: null,
    })
    .execute();
}

/**
 * The newest version of each post that no run has tried with this model, in the order of time; where the source does not tell which of
 * several texts is the newest, all of them: none that may be what somebody last wrote goes unread.
 */
async function freezePosts(tx: Transaction<Tables>, run: string, study: string, model: RunModel, from: number): Promise<number> {
  const { numAffectedRows } = await sql`
    insert into run_input (run, ordinal, participant, model, record, input_id, state)
    select ${run}, cast(${from} as integer) + row_number() over (order by post.time_ms, post.id) - 1, post.participant, ${model.id}, post.id,
           post.input_id, 'pending'
    from record as post
    where post.study = ${study} and post.type = 'post'
      and not exists (
        select 1 from record as newer
        where newer.source = post.source and newer.record_key = post.record_key
          and coalesce(newer.stated_until, newer.version) > coalesce(post.stated_until, post.version))
      and not exists (
        select 1 from run_input as tried join run as tried_run on tried_run.id = tried.run
        where tried.record = post.id and tried.model = ${model.id} and tried_run.verify = 0
          and (tried.state <> 'pending' or tried_run.state = 'running'))
  `.execute(tx);
  return Number(numAffectedRows ?? 0);
}

/** Each recording as the list of its series rows; one that has grown since is a new input. */
async function freezeRecordings(tx: Transaction<Tables>, run: string, study: string, model: RunModel, from: number): Promise<number> {
  let ordinal = from;
  for (const { participant, series } of await recordingsNow(tx, study)) {
    const tried = await tx
      .selectFrom('run_input')
      .innerJoin('run', 'run.id', 'run_input.run')
      .select('ordinal')
      .where('run_input.participant', '=', participant)
      .where('run_input.model', '=', model.id)
      .where('run_input.series', '=', series)
      .where('run.verify', '=', 0)
      .where((eb) => eb.or([eb('run_input.state', '<>', 'pending'), eb('run.state', '=', 'running')]))
      .executeTakeFirst();
    if (tried) continue;
    await tx
      .insertInto('run_input')
      .values({
        run,
        ordinal: ordinal++,
        participant,
        model: model.id,
        record: null,
        series,
        input_id: null,
        state: 'pending',
        error: null,
        result: null,
      })
      .execute();
  }
  return ordinal - from;
}

/** Ordinal of a run's first recording, or of a participant's minutes or days, or the number of its inputs when it has none: posts come first. */
export async function firstRecording(store: Store, run: string, inputs: number): Promise<number> {
  const row = await store.db
    .selectFrom('run_input')
    .select((eb) => eb.fn.min('ordinal').as('first'))
    .where('run', '=', run)
    .where((eb) => eb.or([eb('series', 'is not', null), eb('tables', 'is not', null)]))
    .executeTakeFirst();
  return row?.first ?? inputs;
}

/** @throws AfferentError `unknown-run` */
export async function requireRun(store: Store, id: string): Promise<Tables['run']> {
  const run = await store.db.selectFrom('run').selectAll().where('id', '=', id).executeTakeFirst();
  if (!run) throw new AfferentError('unknown-run');
  return run;
}

export async function listRuns(store: Store, study: string): Promise<Tables['run'][]> {
  return store.db.selectFrom('run').selectAll().where('study', '=', study).orderBy('number').execute();
}

export async function finishRun(
  store: Store,
  id: string,
  state: 'done' | 'failed' | 'cancelled',
  machine: unknown,
  result: unknown,
): Promise<void> {
  await store.db
    .updateTable('run')
    .set({ state, machine: JSON.stringify(machine), result: JSON.stringify(result), finished_at: now() })
    .where('id', '=', id)
    .where('state', '=', 'running')
    .execute();
}

/** Runs that ended and whose scores the policy has not been held against, oldest first. Verifications store no scores. */
export async function undecidedRuns(store: Store, study: string): Promise<string[]> {
  const rows = await store.db
    .selectFrom('run')
    .select('id')
    .where('study', '=', study)
    .where('state', '<>', 'running')
    .where('verify', '=', 0)
    .where('decided_at', 'is', null)
    .orderBy('number')
    .execute();
  return rows.map((row) => row.id);
}

export async function setDecided(store: Store, run: string): Promise<void> {
  await store.db.updateTable('run').set({ decided_at: now() }).where('id', '=', run).execute();
}
