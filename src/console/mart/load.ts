import { setImmediate as turn } from 'node:timers/promises';
import { sql } from 'kysely';
import { AfferentError } from '../../../schema/errors.ts';
import type { Store } from '../../store/open.ts';
import { unseal } from '../../store/seal.ts';
import { DailySignals } from './daily-signals.ts';
import type { MartProcess } from './mart-process.ts';
import {
  createMart,
  keepNewestRecords,
  loadParticipants,
  loadRecords,
  loadScores,
  loadSignals,
  loadSources,
  removeScores,
} from './tables.ts';

/** Rows that are decrypted at a time: some milliseconds of the event loop. */
const slice = 250;
/** Rows that the mart takes in at a time: planning its statements costs more than running them on a few rows. */
const load = 4000;

/** What a participant's rows amount to; when it is as before, nothing of theirs is read again. */
type Signatures = Map<string, string>;

/**
 * Keeps one mart the same as the store, participant by participant: only what is new is decrypted, in slices that leave
 * the event loop free; what was erased is taken out.
 */
export class MartLoader {
  readonly #store: Store;
  readonly #study: string;
  readonly #mart: MartProcess;
  readonly #daily: DailySignals;
  /** participant → score id → decision id */
  readonly #loaded = new Map<string, Map<string, string>>();
  #signatures: Signatures = new Map();
  #sources = '';
  #number = 0;
  #pending: string[] = [];

  constructor(store: Store, study: string, mart: MartProcess) {
    this.#store = store;
    this.#study = study;
    this.#mart = mart;
    this.#daily = new DailySignals(store, mart);
  }

  async create(): Promise<void> {
    for (const statement of createMart) await this.#mart.run(statement);
  }

  /** Brings the mart up to date. Gives whether anything changed. */
  async refresh(): Promise<boolean> {
    const changedSources = await this.#refreshSources();
    const now = await this.#readSignatures();
    const changed = [...now].filter(([participant, signature]) => this.#signatures.get(participant) !== signature);
    const gone = [...this.#signatures.keys()].filter((participant) => !now.has(participant));
    for (const participant of gone) await this.#forget(participant);
    for (const [participant, signature] of changed) {
      await this.#refreshParticipant(participant);
      this.#signatures.set(participant, signature);
    }
    return changedSources || changed.length > 0 || gone.length > 0;
  }

  async #refreshSources(): Promise<boolean> {
    const { db } = this.#store;
    const sources = await db
      .selectFrom('source')
      .select(['id as source', 'participant', 'kind', 'state'])
      .where('study', '=', this.#study)
      .orderBy('id')
      .execute();
    const participants = await db
      .selectFrom('participant')
      .select(['id as participant', 'added_at'])
      .where('study', '=', this.#study)
      .orderBy('id')
      .execute();
    const state = JSON.stringify([sources, participants]);
    if (state === this.#sources) return false;
    await this.#mart.run('delete from base.source');
    await this.#mart.run(loadSources, [JSON.stringify(sources)]);
    await this.#mart.run('delete from base.participant');
    await this.#mart.run(loadParticipants, [JSON.stringify(participants)]);
    this.#sources = state;
    return true;
  }

  /** Counts that indexes answer alone. */
  async #readSignatures(): Promise<Signatures> {
    const signatures: Signatures = new Map();
    const participants = await this.#store.db.selectFrom('participant').select('id').where('study', '=', this.#study).execute();
    for (const { id } of participants) signatures.set(id, '');
    for (const table of ['record', 'series', 'score', 'decision'] as const) {
      const rows = await this.#store.db
        .selectFrom(table)
        .select(['participant', sql<number>`count(*)`.as('rows')])
        .where('participant', 'in', (eb) => eb.selectFrom('participant').select('id').where('study', '=', this.#study))
        .groupBy('participant')
        .execute();
      for (const row of rows) signatures.set(row.participant, `${signatures.get(row.participant)}|${table} ${row.rows}`);
      await turn();
    }
    // What is corrected gets as many scores as it had.
    const tables = await this.#store.db
      .selectFrom('run_input')
      .select(['participant', sql<number>`count(*)`.as('rows')])
      .where('tables', 'is not', null)
      .where('state', 'in', ['scored', 'failed'])
      .where('participant', 'in', (eb) => eb.selectFrom('participant').select('id').where('study', '=', this.#study))
      .groupBy('participant')
      .execute();
    for (const { participant, rows } of tables) {
      const known = signatures.get(participant as string);
      if (known !== undefined) signatures.set(participant as string, `${known}|tables ${rows}`);
    }
    // Of a row of samples some may be erased, and as many rows stay.
    const erased = await this.#store.db
      .selectFrom('batch')
      .innerJoin('source', 'source.id', 'batch.source')
      .select(['source.participant', sql<number>`cast(sum(batch.erased) as bigint)`.as('units')])
      .where('batch.study', '=', this.#study)
      .where('source.participant', 'is not', null)
      .groupBy('source.participant')
      .execute();
    for (const { participant, units } of erased) {
      const known = signatures.get(participant as string);
      if (known !== undefined && units > 0) signatures.set(participant as string, `${known}|erased ${units}`);
    }
    return signatures;
  }

  async #forget(participant: string): Promise<void> {
    await this.#removeScores([...(this.#loaded.get(participant)?.keys() ?? [])]);
    this.#loaded.delete(participant);
    this.#signatures.delete(participant);
    await this.#mart.run('delete from base.record where participant = $1', [participant]);
    await this.#mart.run('delete from base.signal where participant = $1', [participant]);
    await this.#daily.forget(participant);
  }

  async #refreshParticipant(participant: string): Promise<void> {
    let key: Buffer;
    try {
      key = await this.#store.keys.key(participant);
    } catch (thrown) {
      // Withdrawn while the mart was being filled.
      if (thrown instanceof AfferentError && thrown.code === 'key-gone') return this.#forget(participant);
      throw thrown;
    }
    await this.#refreshRecords(participant);
    await this.#refreshSignals(participant);
    await this.#daily.refresh(participant, key);
    await this.#refreshScores(participant, key);
  }

  async #refreshRecords(participant: string): Promise<void> {
    await this.#mart.run('delete from base.record where participant = $1', [participant]);
    for (let after = ''; ; ) {
      const rows = await this.#store.db
        .selectFrom('record')
        .select(['id as record', 'participant', 'source', 'type', 'day', 'time_ms as ms', 'record_key', 'content_key'])
        .select((eb) => eb.fn.coalesce('stated_until', 'version').as('version'))
        .where('participant', '=', participant)
        .where('id', '>', after)
        .orderBy('id')
        .limit(load)
        .execute();
      const last = rows.at(-1);
      if (!last) break;
      await this.#mart.run(loadRecords, [JSON.stringify(rows)]);
      after = last.record;
    }
    await this.#mart.run(keepNewestRecords, [participant]);
  }

  async #refreshSignals(participant: string): Promise<void> {
    await this.#mart.run('delete from base.signal where participant = $1', [participant]);
    const rows = await this.#store.db
      .selectFrom('series')
      .select(['participant', 'source', 'signal', 'unit', 'channels', 'day', 'start_ms as ms', 'end_ms as end', 'rate', 'samples'])
      .where('participant', '=', participant)
      .orderBy('start_ms')
      .execute();
    for (let i = 0; i < rows.length; i += load) {
      await this.#mart.run(loadSignals, [JSON.stringify(rows.slice(i, i + load))]);
    }
  }

  async #refreshScores(participant: string, key: Buffer): Promise<void> {
    const loaded = this.#loaded.get(participant) ?? new Map<string, string>();
    this.#loaded.set(participant, loaded);
    const seen = new Set<string>();
    for await (const ids of this.#scoreIds(participant)) {
      const decisions = await this.#decisions(ids);
      const fresh: string[] = [];
      for (const id of ids) {
        seen.add(id);
        if (loaded.get(id) !== (decisions.get(id)?.id ?? '')) fresh.push(id);
      }
      await this.#removeScores(fresh.filter((id) => loaded.has(id)));
      await this.#loadScores(key, fresh, decisions);
      for (const id of fresh) loaded.set(id, decisions.get(id)?.id ?? '');
    }
    await this.#flushScores();
    const erased = [...loaded.keys()].filter((id) => !seen.has(id));
    await this.#removeScores(erased);
    for (const id of erased) loaded.delete(id);
  }

  /** Ids of the participant's scores in slices, along the index of head and time. */
  async *#scoreIds(participant: string): AsyncGenerator<string[]> {
    const heads = await this.#store.db.selectFrom('score').select('head').distinct().where('participant', '=', participant).execute();
    for (const { head } of heads) {
      let last = { time_ms: Number.MIN_SAFE_INTEGER, id: '' };
      for (;;) {
        const rows = await this.#store.db
          .selectFrom('score')
          .select(['id', 'time_ms'])
          .where('participant', '=', participant)
          .where('head', '=', head)
          .where('time_ms', '>=', last.time_ms)
          .where((eb) => eb.or([eb('time_ms', '>', last.time_ms), eb('id', '>', last.id)]))
          .orderBy('time_ms')
          .orderBy('id')
          .limit(slice)
          .execute();
        const end = rows.at(-1);
        if (!end) break;
        last = end;
        yield rows.map((row) => row.id);
        await turn();
      }
    }
  }

  /** The decision of each score: of several, the one under the model's present thresholds. */
  async #decisions(scores: string[]): Promise<Map<string, { id: string; value: Buffer }>> {
    const rows = await this.#store.db
      .selectFrom('decision')
      .innerJoin('score', 'score.id', 'decision.score')
      .innerJoin('model', 'model.id', 'score.model')
      .select(['decision.score', 'decision.id', 'decision.value'])
      .where('decision.score', 'in', scores)
      .orderBy(sql`case when decision.thresholds_id = model.thresholds_id then 1 else 0 end`)
      .orderBy('decision.id')
      .execute();
    return new Map(rows.map((row) => [row.score, { id: row.id, value: row.value }]));
  }

  async #loadScores(key: Buffer, ids: string[], decisions: Map<string, { id: string; value: Buffer }>): Promise<void> {
    if (ids.length === 0) return;
    const rows = await this.#store.db
      .selectFrom('score')
      .innerJoin('source', 'source.id', 'score.source')
      .select(['score.id', 'score.participant', 'score.source', 'source.kind', 'score.record', 'score.run', 'score.model', 'score.head'])
      .select(['score.grade', 'score.day', 'score.time_ms', 'score.end_ms', 'score.value'])
      .where('score.id', 'in', ids)
      .orderBy('score.id')
      .execute();
    for (const row of rows) {
      const { id, time_ms, end_ms, value, ...rest } = row;
      const head = JSON.stringify({ n: this.#number++, score: id, ms: time_ms, end: end_ms, ...rest });
      const decision = decisions.get(id);
      // Sealed values are JSON already: they are put in as they are.
      const decided = decision ? unseal(key, `decision|${decision.id}`, decision.value).toString('utf8') : 'null';
      const numbers = unseal(key, `score|${id}`, value).toString('utf8');
      this.#pending.push(`${head.slice(0, -1)},"value":${numbers},"decision":${decided}}`);
    }
    if (this.#pending.length >= load) await this.#flushScores();
  }

  async #flushScores(): Promise<void> {
    if (this.#pending.length === 0) return;
    const list = `[${this.#pending.join(',')}]`;
    this.#pending = [];
    for (const statement of loadScores) await this.#mart.run(statement, statement.includes('$1') ? [list] : []);
  }

  async #removeScores(ids: string[]): Promise<void> {
    for (let i = 0; i < ids.length; i += load) {
      const list = JSON.stringify(ids.slice(i, i + load));
      for (const statement of removeScores) await this.#mart.run(statement, [list]);
    }
  }
}
