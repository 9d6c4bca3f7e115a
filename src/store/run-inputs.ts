import type { Transaction } from 'kysely';
import type { Post } from '../../schema/records.ts';
import { holdParticipant } from './hold-participant.ts';
import { keyUnlessGone } from './keys.ts';
import type { Store } from './open.ts';
import { openRecord } from './records.ts';
import { unseal } from './seal.ts';
import { decodeRegular } from './series-codec.ts';
import { tableIds, tablesStored } from './signal-tables/frozen.ts';
import type { Tables } from './tables.ts';
import { transactAgain } from './try-again.ts';

/** A post of a run, opened. */
export interface PostInput {
  ordinal: number;
  participant: string;
  source: string;
  record: string;
  inputId: string;
  day: string;
  timeMs: number;
  post: Post;
}

/** Inputs [from, to) of a run that are still to be done. */
export async function pendingInputs(store: Store, run: string, from: number, to: number): Promise<Tables['run_input'][]> {
  return store.db
    .selectFrom('run_input')
    .selectAll()
    .where('run', '=', run)
    .where('ordinal', '>=', from)
    .where('ordinal', '<', to)
    .where('state', '=', 'pending')
    .orderBy('ordinal')
    .execute();
}

/** All inputs [from, to) of a run. */
export async function rangeInputs(store: Store, run: string, from: number, to: number): Promise<Tables['run_input'][]> {
  return store.db
    .selectFrom('run_input')
    .selectAll()
    .where('run', '=', run)
    .where('ordinal', '>=', from)
    .where('ordinal', '<', to)
    .orderBy('ordinal')
    .execute();
}

/** Opens the posts of run inputs. One whose row or key has gone is left out: it was erased meanwhile. */
export async function openPosts(store: Store, inputs: readonly Tables['run_input'][]): Promise<PostInput[]> {
  const ids = inputs.flatMap((input) => (input.record ? [input.record] : []));
  if (ids.length === 0) return [];
  const rows = await store.db.selectFrom('record').selectAll().where('id', 'in', ids).execute();
  const byId = new Map(rows.map((row) => [row.id, row]));
  const posts: PostInput[] = [];
  for (const input of inputs) {
    const row = input.record ? byId.get(input.record) : undefined;
    if (!row || !input.input_id) continue;
    const key = await keyUnlessGone(store, row.participant);
    const record = key && openRecord(key, row);
    if (record?.type !== 'post') continue;
    posts.push({
      ordinal: input.ordinal,
      participant: row.participant,
      source: row.source,
      record: row.id,
      inputId: input.input_id,
      day: row.day,
      timeMs: row.time_ms,
      post: record,
    });
  }
  return posts;
}

/** One stored stretch of a recording. */
export interface SeriesPiece {
  source: string;
  participant: string;
  /** UTC milliseconds of its first sample. */
  startMs: number;
  rate: number;
  channels: number;
  values: Float32Array;
}

/** The frozen pieces of one signal of a recording, by start. Ends early when one has been erased. */
export async function* recordingSignal(store: Store, input: Tables['run_input'], signal: string): AsyncGenerator<SeriesPiece> {
  const ids = JSON.parse(input.series ?? '[]') as string[];
  const places = await store.db
    .selectFrom('series')
    .select('id')
    .where('id', 'in', ids)
    .where('signal', '=', signal)
    .orderBy('start_ms')
    .execute();
  for (const { id } of places) {
    const row = await store.db.selectFrom('series').selectAll().where('id', '=', id).executeTakeFirst();
    if (!row) return;
    const key = await store.keys.key(row.participant);
    yield {
      source: row.source,
      participant: row.participant,
      startMs: row.start_ms,
      rate: row.rate ?? 1,
      channels: row.channels,
      values: decodeRegular(unseal(key, `series|${id}`, row.body)).values,
    };
  }
}

/** Whose recording it is and when it began; null when it has been erased. */
export async function recordingOwner(
  store: Store,
  input: Tables['run_input'],
): Promise<{ participant: string; source: string; study: string; sessionMs: number } | null> {
  const ids = JSON.parse(input.series ?? '[]') as string[];
  if (ids.length === 0) return null;
  const row = await store.db
    .selectFrom('series')
    .select(['participant', 'source', 'study', 'session_ms'])
    .where('id', 'in', ids)
    .orderBy('start_ms')
    .executeTakeFirst();
  return row ? { participant: row.participant, source: row.source, study: row.study, sessionMs: row.session_ms ?? 0 } : null;
}

/**
 * Ordinals of those of these inputs that are still stored, so that scores of them may be written in this transaction. Whoever erases waits
 * for its end, and it for them: what was erased while it was scored would get scores that nobody finds again.
 */
export async function holdInputs(
  store: Store,
  tx: Transaction<Tables>,
  run: string,
  inputs: readonly Tables['run_input'][],
): Promise<Set<number>> {
  // All in one order: two slices of the same participants must not wait for each other with one that erases between them.
  const participants = new Set(inputs.flatMap(({ participant }) => (participant === null ? [] : [participant])));
  for (const participant of [...participants].sort()) await holdParticipant(store, tx, participant, false);
  const ordinals = inputs.map(({ ordinal }) => ordinal);
  const rows = await tx
    .selectFrom('run_input')
    .leftJoin('record', 'record.id', 'run_input.record')
    .select(['run_input.ordinal', 'run_input.series', 'run_input.tables', 'record.id as record'])
    .where('run_input.run', '=', run)
    .where('run_input.ordinal', 'in', ordinals)
    .where('run_input.state', '<>', 'erased')
    .execute();
  const stored = new Set<number>();
  for (const { ordinal, series, tables, record } of rows) {
    if (tables !== null) {
      if (await tablesStored(tx, tableIds({ tables }))) stored.add(ordinal);
    } else if (series === null ? record !== null : await allStored(tx, JSON.parse(series) as string[])) stored.add(ordinal);
  }
  return stored;
}

async function allStored(tx: Transaction<Tables>, series: readonly string[]): Promise<boolean> {
  const { n } = await tx
    .selectFrom('series')
    .select((eb) => eb.fn.countAll<number>().as('n'))
    .where('id', 'in', series)
    .executeTakeFirstOrThrow();
  return Number(n) === series.length;
}

/** An input that was frozen while it was erased names what is gone. */
const unnamed = { participant: null, record: null, series: null, tables: null, input_id: null } as const;

export async function setInputStates(
  tx: Transaction<Tables>,
  run: string,
  states: readonly { ordinal: number; state: Tables['run_input']['state']; error: string | null; result?: Buffer | null }[],
): Promise<void> {
  const plain = new Map<string, number[]>();
  for (const { ordinal, state, error, result } of states) {
    if (result) {
      await tx
        .updateTable('run_input')
        .set({ state, error, result })
        .where('run', '=', run)
        .where('ordinal', '=', ordinal)
        .where('state', '<>', 'erased')
        .execute();
      continue;
    }
    const name = `${state}|${error ?? ''}`;
    const list = plain.get(name);
    if (list) list.push(ordinal);
    else plain.set(name, [ordinal]);
  }
  for (const [name, ordinals] of plain) {
    const [state, error] = name.split('|') as [Tables['run_input']['state'], string];
    await tx
      .updateTable('run_input')
      .set({ state, error: error === '' ? null : error, ...(state === 'erased' ? unnamed : {}) })
      .where('run', '=', run)
      .where('ordinal', 'in', ordinals)
      .where('state', '<>', 'erased')
      .execute();
  }
}

/** Inputs that are looked at in one transaction. */
const slice = 500;

/**
 * Takes the names out of those inputs of a run that were left undone and are gone: whoever erased them while the run was being frozen did
 * not see them. Scoring does so for what it reaches.
 */
export async function unnameErased(store: Store, run: string): Promise<void> {
  for (let after = -1; ; ) {
    const inputs: Tables['run_input'][] = await store.db
      .selectFrom('run_input')
      .selectAll()
      .where('run', '=', run)
      .where('state', '=', 'pending')
      .where('ordinal', '>', after)
      .orderBy('ordinal')
      .limit(slice)
      .execute();
    const last = inputs.at(-1);
    if (last === undefined) return;
    after = last.ordinal;
    await transactAgain(store.db, async (tx) => {
      const stored = await holdInputs(store, tx, run, inputs);
      const gone = inputs.filter(({ ordinal }) => !stored.has(ordinal));
      const erased = gone.map(({ ordinal }) => ({ ordinal, state: 'erased' as const, error: 'input-erased' }));
      await setInputStates(tx, run, erased);
    });
  }
}

/** How many inputs of a run are in each state. */
export async function inputStates(store: Store, run: string): Promise<Record<string, number>> {
  const rows = await store.db
    .selectFrom('run_input')
    .select((eb) => ['state', eb.fn.countAll<number>().as('n')])
    .where('run', '=', run)
    .groupBy('state')
    .execute();
  return Object.fromEntries(rows.map((row) => [row.state, Number(row.n)]));
}
