import { randomBytes } from 'node:crypto';
import type { Moment, Post, RegularBlock, Sample } from '../../schema/records.ts';
import type { HeadResult } from '../../schema/scores.ts';
import type { Parsed } from '../../schema/source.ts';
import { openOrJoin } from '../../src/store/alerts.ts';
import { type BatchRow, closeBatch, openBatch } from '../../src/store/batches.ts';
import { BatchWriter } from '../../src/store/commit.ts';
import { keepModel } from '../../src/store/models.ts';
import type { Store } from '../../src/store/open.ts';
import { addParticipant } from '../../src/store/participants.ts';
import { draftRating } from '../../src/store/ratings.ts';
import { setInputStates } from '../../src/store/run-inputs.ts';
import { freezeRun, type RunModel } from '../../src/store/runs.ts';
import { insertScores, type ScoreRows, scoreRows } from '../../src/store/scores.ts';
import type { Owner } from '../../src/store/series.ts';
import { addSource, requireSource } from '../../src/store/sources.ts';
import { createStudy } from '../../src/store/studies.ts';

/** A moment in UTC, as a source that states its zone gives it. */
export function moment(ms: number): Moment {
  const utc = new Date(ms).toISOString();
  return { utc, offset: 0, zone: 'stated', day: utc.slice(0, 10) };
}

export const someDay = Date.parse('2026-01-31T12:00:00.000Z');

export function post(id: string, text: string, more: Partial<Post> = {}): Extract<Parsed, { is: 'record' }> {
  const time = more.time ?? moment(someDay);
  const record: Post = {
    ...{ type: 'post', id, time, text, lang: null, kind: 'own', audience: 'public', conversation: null, version: null },
    ...more,
  };
  return { is: 'record', units: 1, end: 0, day: time.day, record };
}

export function sample(ms: number, value: number, more: Partial<Sample> = {}): Parsed {
  const time = moment(ms);
  return {
    is: 'sample',
    units: 1,
    end: 0,
    day: time.day,
    sample: { signal: 'heart_rate', unit: '/min', device: 'Watch', time, endMs: ms, value, ...more },
  };
}

/** A stretch of a recording at 4 Hz. */
export function block(offset: number, values: readonly number[]): Parsed {
  const recording: RegularBlock = {
    ...{ signal: 'eda', unit: 'uS', device: 'E4', sessionMs: someDay, rate: 4, channels: 1, offset },
    values: Float32Array.from(values),
  };
  return { is: 'block', units: values.length, end: 0, day: moment(someDay).day, block: recording };
}

export function quarantined(raw: string, day: string | null = null): Parsed {
  return { is: 'quarantined', units: 1, end: 0, day, reason: 'not-json', raw: Buffer.from(raw) };
}

export function excluded(day: string | null = null): Parsed {
  return { is: 'excluded', units: 1, end: 0, day, reason: 'repost' };
}

/** A participant with one source; the path holds their outside id, as paths in a lab do. */
export async function addPerson(
  store: Store,
  study: string,
  outsideId: string,
  kind = 'posts',
): Promise<{ participant: string; source: string }> {
  const { id: participant } = await addParticipant(store, study, outsideId, null);
  const settings = { path: `/data/${outsideId}.jsonl`, mapping: {}, zone: null, account: outsideId };
  const { id: source } = await addSource(store, study, participant, kind, settings, 900);
  return { participant, source };
}

/** The study `sleep` with two people who have a source each. */
export async function studyOfAnnaAndBert(store: Store) {
  await createStudy(store, 'sleep', null);
  return { anna: await addPerson(store, 'sleep', 'anna'), bert: await addPerson(store, 'sleep', 'bert') };
}

/** Opens the batch of an arrival, and a writer on it. */
export async function openWriter(
  store: Store,
  source: string,
  arrival: string,
): Promise<{ batch: BatchRow; owner: Owner; writer: BatchWriter }> {
  const row = await requireSource(store, source);
  const batch = await openBatch(store, row, { path: `/data/${arrival}`, form: 'file' }, `hash of ${arrival}`, 100, 1, '9999');
  const { study, participant, kind } = row;
  const owner = {
    study,
    participant,
    source,
    kind,
    batch: batch.id,
    key: await store.keys.key(participant),
    hash: store.secrets.study(study),
  };
  return { batch, owner, writer: new BatchWriter(store, owner, { maskingVersion: 1, consent: () => null }) };
}

/** Reads an arrival to its end, each list of items as one committed group. Returns the batch. */
export async function ingest(store: Store, source: string, arrival: string, ...groups: Parsed[][]): Promise<string> {
  const { batch, writer } = await openWriter(store, source, arrival);
  let firstUnit = 0;
  for (const items of groups) {
    const counted = unitsOf(items);
    await writer.commit({ part: 0, firstUnit, counted, items });
    firstUnit += counted;
  }
  await writer.endPart(0);
  await closeBatch(store, batch.id, 'done', null);
  return batch.id;
}

export function unitsOf(items: readonly Parsed[]): number {
  return items.reduce((sum, item) => sum + item.units, 0);
}

const model = { name: 'text', id: `text@${'a'.repeat(64)}`, thresholds: 'b'.repeat(64), folder: 'text-a', input: 'text' as const };
const result: HeadResult = { head: 'crisis', grade: 'exploratory', scores: { severity: 4.5 }, decision: 4, intervals: {}, evidence: {} };
const policy = {
  ...{ name: 'default', rules: [{ head: 'crisis', key: 'severity', atLeast: 3 }], maxAge: '7d', claimWithin: '1h', rateWithin: '12h' },
  ...{ closeWithin: '48h', people: [{ account: 'rita', mail: 'rita@example.org' }] },
};

/** Scores every post of a study in one run; opens an alert with a rating and a note for those named. */
export async function scorePosts(
  store: Store,
  study: string,
  alertFor: readonly string[],
  note: string,
  change: Partial<RunModel> = {},
): Promise<string | null> {
  const by = { ...model, ...change };
  await keepModel(store, { id: by.id, name: by.name, version: '1', thresholds_id: by.thresholds, folder: by.folder });
  const run = await freezeRun(store, study, [by], 'native');
  if (!run) return null;
  const inputs = await store.db.selectFrom('run_input').selectAll().where('run', '=', run.id).orderBy('ordinal').execute();
  const hash = store.secrets.study(study);
  const scored: { participant: string; ordinal: number; rows: ScoreRows }[] = [];
  for (const { participant, record, input_id, ordinal } of inputs) {
    if (!participant || !record || !input_id) continue;
    const row = await store.db.selectFrom('record').selectAll().where('id', '=', record).executeTakeFirstOrThrow();
    const id = hash('score', input_id, by.id, result.head);
    const where = { study, participant, source: row.source, run: run.id, record, inputId: input_id, model: by.id };
    const place = { ...where, id, decisionId: hash('decision', id, by.thresholds), thresholdsId: by.thresholds };
    const times = { day: row.day, timeMs: row.time_ms, endMs: row.time_ms };
    scored.push({ participant, ordinal, rows: scoreRows(await store.keys.key(participant), { ...place, ...times }, result, null) });
  }
  await store.db.transaction().execute(async (tx) => {
    await insertScores(
      tx,
      scored.map(({ rows }) => rows),
      store.adapter,
    );
    const states = scored.map(({ ordinal }) => ({ ordinal, state: 'scored' as const, error: null, result: randomBytes(8) }));
    await setInputStates(tx, run.id, states);
  });
  for (const participant of alertFor) {
    const scores = scored.filter((one) => one.participant === participant).map(({ rows }) => rows.score.id);
    const alert = await openOrJoin(store, study, participant, policy, scores);
    if (alert?.opened) await draftRating(store, { id: alert.id, participant }, 'rita', { severity: 4, note });
  }
  return run.id;
}
