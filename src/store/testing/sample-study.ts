import { mkdtempSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Post, Sample } from '../../../schema/records.ts';
import type { HeadResult } from '../../../schema/scores.ts';
import { freshPostgres } from '../../../test/support/postgres.ts';
import type { DatabaseName } from '../../../test/support/store-home.ts';
import { now } from '../clock.ts';
import { openStore, type Store } from '../open.ts';
import { addParticipant } from '../participants.ts';
import { RecordRows } from '../record-rows.ts';
import { insertScores, type ScoreRows, scoreRows } from '../scores.ts';
import { seal } from '../seal.ts';
import { encodeRegular, encodeSamples } from '../series-codec.ts';
import { addSource } from '../sources.ts';
import { createStudy } from '../studies.ts';
import type { Tables } from '../tables.ts';

/** A store of its own in a folder that goes with it. */
export async function temporaryStore(database: DatabaseName = 'sqlite'): Promise<{ store: Store; remove(): Promise<void> }> {
  const folder = mkdtempSync(join(tmpdir(), 'afferent-console-'));
  const address = async (name: string) => (database === 'sqlite' ? `sqlite:${join(folder, name)}` : freshPostgres());
  const store = await openStore({
    store: await address('store.db'),
    keyStore: await address('keys.db'),
    keyFile: join(folder, 'key'),
  });
  return {
    store,
    async remove() {
      await store.close();
      await rm(folder, { recursive: true });
    },
  };
}

const dayMs = 86_400_000;
export const firstMs = Date.parse('2026-01-01T09:00:00.000Z');

export function momentAt(ms: number): Post['time'] {
  const utc = new Date(ms).toISOString();
  return { utc, offset: 0, zone: 'kind', day: utc.slice(0, 10) };
}

/** A study written row by row, as the stages of a real one would. */
export class SampleStudy {
  readonly store: Store;
  readonly study: string;
  readonly model: string;
  readonly run: string;

  constructor(store: Store, study: string) {
    this.store = store;
    this.study = study;
    this.model = `text@${study}`;
    this.run = `r_${study}`;
  }

  async create(): Promise<void> {
    const { db } = this.store;
    await createStudy(this.store, this.study, null);
    await db
      .insertInto('model')
      .values({ id: this.model, name: 'text', version: '1', thresholds_id: 't1', folder: 'text', kept_at: now() })
      .execute();
    await db
      .insertInto('run')
      .values({
        id: this.run,
        study: this.study,
        number: 1,
        state: 'done',
        of_run: null,
        verify: 0,
        models: JSON.stringify([{ name: 'text', id: this.model, thresholds: 't1' }]),
        engine: 'native',
        machine: null,
        inputs: 0,
        started_at: now(),
        finished_at: now(),
        result: null,
      })
      .execute();
  }

  /** A participant with one source of this kind and one batch; ids of all three. */
  async person(outsideId: string, kind = 'posts'): Promise<{ participant: string; source: string; batch: string }> {
    const { id: participant } = await addParticipant(this.store, this.study, outsideId, null);
    const settings = { path: `/data/${outsideId}/${kind}`, mapping: {}, zone: null, account: null };
    const { id: source } = await addSource(this.store, this.study, participant, kind, settings, 900);
    const batch = `b_${source}`;
    const counts = { received: 0, stored: 0, duplicate: 0, quarantined: 0, excluded: 0, erased: 0 };
    await this.store.db
      .insertInto('batch')
      .values({
        ...counts,
        id: batch,
        study: this.study,
        source,
        arrival: null,
        arrival_key: batch,
        content_key: batch,
        state: 'done',
        error: null,
        cursor_part: 0,
        cursor_unit: 0,
        parts: 1,
        bytes: 10,
        arrived_at: '2026-02-01T00:00:00.000Z',
        closed_at: null,
      })
      .execute();
    return { participant, source, batch };
  }

  /** A post of a person, `days` after the first day, with its scores. Gives the record's id and those of the scores. */
  async post(
    { participant, source, batch }: { participant: string; source: string; batch: string },
    text: string,
    days: number,
    results: HeadResult[],
    version: string | null = null,
  ): Promise<{ record: string; scores: string[] }> {
    const key = await this.store.keys.key(participant);
    const hash = this.store.secrets.study(this.study);
    const time = momentAt(firstMs + days * dayMs);
    const post: Post = {
      type: 'post',
      id: `${source}-${days}-${text.length}`,
      time,
      text,
      lang: null,
      kind: 'own',
      audience: 'public',
      conversation: null,
      version,
    };
    const records = new RecordRows({ study: this.study, participant, source, batch, kind: 'posts', key, hash }, 1, { rows: 1, bytes: 0 });
    records.add(post);
    const row = records.row(0);
    const rows = results.map((result) => this.#scoreRow(key, { participant, source }, row, result));
    await this.store.db.transaction().execute(async (tx) => {
      await tx.insertInto('record').values(row).execute();
      await insertScores(tx, rows, this.store.adapter);
    });
    return { record: row.id, scores: rows.map((one) => one.score.id) };
  }

  #scoreRow(
    key: Buffer,
    who: { participant: string; source: string },
    { id: record, input_id, time_ms: timeMs, day }: Pick<Tables['record'], 'id' | 'input_id' | 'time_ms' | 'day'>,
    result: HeadResult,
  ): ScoreRows {
    const id = this.store.secrets.study(this.study)('test-score', record, result.head);
    return scoreRows(
      key,
      {
        ...who,
        id,
        decisionId: `d${id}`,
        thresholdsId: 't1',
        study: this.study,
        run: this.run,
        record,
        inputId: input_id ?? record,
        model: this.model,
        day,
        timeMs,
        endMs: timeMs,
      },
      result,
      null,
    );
  }

  /** Seconds of a signal at a fixed rate from `startMs` on, as one row. */
  async recording(
    { participant, source, batch }: { participant: string; source: string; batch: string },
    signal: string,
    startMs: number,
    rate: number,
    values: Float32Array,
  ): Promise<void> {
    const key = await this.store.keys.key(participant);
    const id = `${source}-${signal}-${startMs}`;
    const body = seal(key, `series|${id}`, encodeRegular('device', values, 1));
    await this.store.db
      .insertInto('series')
      .values({
        id,
        study: this.study,
        participant,
        source,
        batch,
        form: 'regular',
        signal,
        unit: '1',
        stream_key: id,
        day: momentAt(startMs).day,
        start_ms: startMs,
        end_ms: startMs + (values.length * 1000) / rate,
        session_ms: startMs,
        rate,
        channels: 1,
        first: 0,
        samples: values.length,
        content_key: id,
        body,
      })
      .execute();
  }

  /** Spot values, one row. */
  async spots(
    { participant, source, batch }: { participant: string; source: string; batch: string },
    signal: string,
    spots: { ms: number; value: number }[],
  ): Promise<void> {
    const key = await this.store.keys.key(participant);
    const first = spots[0]?.ms ?? 0;
    const id = `${source}-${signal}-${first}`;
    const samples = spots.map(
      ({ ms, value }): Sample => ({ signal, unit: '/min', device: 'device', time: momentAt(ms), endMs: ms, value }),
    );
    await this.store.db
      .insertInto('series')
      .values({
        id,
        study: this.study,
        participant,
        source,
        batch,
        form: 'samples',
        signal,
        unit: '/min',
        stream_key: id,
        day: momentAt(first).day,
        start_ms: first,
        end_ms: spots.at(-1)?.ms ?? first,
        session_ms: null,
        rate: null,
        channels: 1,
        first: 0,
        samples: spots.length,
        content_key: id,
        body: seal(key, `series|${id}`, encodeSamples(samples)),
      })
      .execute();
  }
}

export function emotion(joy: number, fear: number, evidence: HeadResult['evidence'] = {}): HeadResult {
  const decision = [...(joy >= 0.5 ? ['joy'] : []), ...(fear >= 0.5 ? ['fear'] : [])];
  return { head: 'emotion', grade: 'validated', scores: { joy, fear }, decision, intervals: {}, evidence };
}

export function crisis(severity: number, evidence: HeadResult['evidence'] = {}): HeadResult {
  const scores = { severity, distribution: [0.5, 0.3, 0.1, 0.05, 0.03, 0.01, 0.01] };
  const intervals: Record<string, [number, number]> = { severity: [Math.max(0, severity - 1), severity + 1] };
  return { head: 'crisis', grade: 'exploratory', scores, decision: Math.round(severity), intervals, evidence };
}
