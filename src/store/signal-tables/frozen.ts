import type { Transaction } from 'kysely';
import type { Db } from '../database.ts';
import { keyUnlessGone } from '../keys.ts';
import type { Store } from '../open.ts';
import type { Tables } from '../tables.ts';
import { openTable } from './codec.ts';
import { forms, type StepForm } from './forms.ts';

type RunInput = Tables['run_input'];

/** Where an input stands. */
export type InputPlace = Pick<RunInput, 'run' | 'ordinal'>;

/** A stretch of a frozen input, opened. Steps that are not heard are NaN. */
export interface Stretch {
  /** The source that most of it came from. */
  source: string;
  /** Of its first step, UTC milliseconds or a wall clock as if it were. */
  startMs: number;
  /** Behind its last step, or behind the last that is heard of all. */
  endMs: number;
  signals: Record<string, Float32Array>;
}

/** Whose minutes or days an input is. */
export interface FrozenTable {
  participant: string;
  study: string;
  form: StepForm;
  rows: Omit<Tables['signal_table'], 'body'>[];
}

export function tableIds(input: Pick<RunInput, 'tables'>): string[] {
  return JSON.parse(input.tables ?? '[]') as string[];
}

/** What an input was frozen of, without opening it; null when any of it has been erased. */
export async function frozenTable(store: Store, input: RunInput): Promise<FrozenTable | null> {
  const ids = tableIds(input);
  const rows = [];
  for (let i = 0; i < ids.length; i += 1000) {
    const some = await store.db
      .selectFrom('signal_table')
      .select(['id', 'study', 'participant', 'source', 'form', 'from_ms', 'to_ms'])
      .where('id', 'in', ids.slice(i, i + 1000))
      .execute();
    rows.push(...some);
  }
  const [first] = rows;
  if (first === undefined || rows.length !== ids.length) return null;
  const { participant, study, form } = first;
  return { participant, study, form, rows: rows.sort((a, b) => a.from_ms - b.from_ms) };
}

/** Its stretches in the order of time from number `from`, one opened at a time. Ends early when one has been erased. */
export async function* openStretches(store: Store, { participant, form, rows }: FrozenTable, from = 0): AsyncGenerator<Stretch> {
  const key = await keyUnlessGone(store, participant);
  if (key === null) return;
  const { stepMs, steps, trimmed } = forms[form];
  const edge = trimmed ? stepMs : 0;
  const heardFrom = (rows[0]?.from_ms ?? 0) + edge;
  const heardTo = (rows.at(-1)?.to_ms ?? 0) - edge;
  for (const { id, source, from_ms } of rows.slice(from)) {
    const row = await store.db.selectFrom('signal_table').select('body').where('id', '=', id).executeTakeFirst();
    if (!row) return;
    const startMs = Math.floor(from_ms / (stepMs * steps)) * stepMs * steps;
    const signals = openTable(key, form, { id, body: row.body });
    for (const column of Object.values(signals)) {
      const [first, end] = [(heardFrom - startMs) / stepMs, (heardTo - startMs) / stepMs];
      if (first > 0) column.fill(Number.NaN, 0, Math.min(first, steps));
      if (end < steps) column.fill(Number.NaN, Math.max(end, 0));
    }
    yield { source: source ?? '', startMs, endMs: Math.min(startMs + steps * stepMs, heardTo), signals };
  }
}

/** Whether all of these stretches are stored. */
export async function tablesStored(tx: Transaction<Tables>, ids: readonly string[]): Promise<boolean> {
  for (let i = 0; i < ids.length; i += 1000) {
    const some = ids.slice(i, i + 1000);
    const { n } = await tx
      .selectFrom('signal_table')
      .select((eb) => eb.fn.countAll<number>().as('n'))
      .where('id', 'in', some)
      .executeTakeFirstOrThrow();
    if (Number(n) !== some.length) return false;
  }
  return true;
}

/**
 * The newest frozen state of the same person's minutes or days under the same model that was scored behind this one, or is being scored just
 * now; null where this is it. A rerun is as old as the run that it repeats.
 */
export async function laterTable(db: Db | Transaction<Tables>, input: RunInput): Promise<InputPlace | null> {
  const { study } = await db.selectFrom('run').select('study').where('id', '=', input.run).executeTakeFirstOrThrow();
  const runs = await db.selectFrom('run').select(['id', 'number', 'of_run']).where('study', '=', study).execute();
  const byId = new Map(runs.map((run) => [run.id, run]));
  const ageOf = (id: string): number => {
    const run = byId.get(id);
    return run?.of_run ? ageOf(run.of_run) : (run?.number ?? 0);
  };
  // Without their lists of stretches: a person of years has a long one in every run.
  const rows = await db
    .selectFrom('run_input')
    .innerJoin('run', 'run.id', 'run_input.run')
    .select(['run_input.run', 'run_input.ordinal'])
    .where('run_input.participant', '=', input.participant)
    .where('run_input.model', '=', input.model)
    .where('run_input.tables', 'is not', null)
    .where((eb) =>
      eb.or([eb('run_input.state', 'in', ['scored', 'failed']), eb('run_input.state', '=', 'pending').and('run.state', '=', 'running')]),
    )
    .where('run.verify', '=', 0)
    .execute();
  const [later] = rows.filter(({ run }) => ageOf(run) > ageOf(input.run)).sort((a, b) => ageOf(b.run) - ageOf(a.run));
  return later ?? null;
}

/** What the input at a place was frozen of; null when any of it has been erased. */
export async function frozenAt(store: Store, { run, ordinal }: InputPlace): Promise<FrozenTable | null> {
  const row = await store.db.selectFrom('run_input').selectAll().where('run', '=', run).where('ordinal', '=', ordinal).executeTakeFirst();
  return row === undefined ? null : frozenTable(store, row);
}
