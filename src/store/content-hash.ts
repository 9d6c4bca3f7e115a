import { createHash } from 'node:crypto';
import { sql } from 'kysely';
import { canonicalJson } from './canonical.ts';
import type { Store } from './open.ts';
import { unseal } from './seal.ts';
import { seriesDigests } from './series-digest.ts';
import { requireStudy } from './studies.ts';

const chunk = 500;

/**
 * sha256 (hex) over what a study holds, decrypted: records, series, scores of the newest versions and their decisions. Participant (pseudonym) and source
 * kind are in it; row ids, sources, batches, runs, keys and times of processing are not, nor is how series were cut into rows.
 * Equal inputs under the same key file and study id give equal hashes on either database. Those who withdrew leave it.
 *
 * Memory: digests of one participant's rows at a time.
 * @throws AfferentError `unknown-study`, `key-gone`
 */
export async function contentHash(store: Store, study: string): Promise<string> {
  await requireStudy(store, study);
  const participants = await store.db.selectFrom('participant').select('id').where('study', '=', study).execute();
  const hash = createHash('sha256').update('afferent content 1\n');
  for (const id of participants.map((row) => row.id).sort()) {
    const digests = await participantDigests(store, id);
    if (digests.length === 0) continue;
    hash.update(`${id} ${digests.length}\n`);
    for (const digest of digests.sort()) hash.update(digest, 'base64');
  }
  return hash.digest('hex');
}

async function participantDigests(store: Store, participant: string): Promise<string[]> {
  const sources = await store.db.selectFrom('source').select(['id', 'kind']).where('participant', '=', participant).execute();
  if (sources.length === 0) return [];
  const key = await store.keys.key(participant);
  const digests: string[] = [];
  for (const { id, kind } of sources) {
    digests.push(...(await recordDigests(store, key, id, kind)));
    digests.push(...(await seriesDigests(store, key, id, kind)));
  }
  digests.push(...(await scoreDigests(store, key, participant)));
  return digests;
}

async function recordDigests(store: Store, key: Buffer, source: string, kind: string): Promise<string[]> {
  const ids = await store.db.selectFrom('record').select('id').where('source', '=', source).execute();
  const digests: string[] = [];
  for (let i = 0; i < ids.length; i += chunk) {
    const slice = ids.slice(i, i + chunk).map((row) => row.id);
    const rows = await store.db.selectFrom('record').select(['id', 'body']).where('id', 'in', slice).execute();
    // The body is canonical JSON already.
    for (const row of rows) digests.push(digest(`record\0${kind}\0`, unseal(key, `record|${row.id}`, row.body)));
  }
  return digests;
}

/** Not those of versions that a newer one has replaced: whether they were ever scored depends on when runs came between. */
async function scoreDigests(store: Store, key: Buffer, participant: string): Promise<string[]> {
  const { rows: ids } = await sql<{ id: string }>`
    select score.id from score
    where score.participant = ${participant} and not exists (
      select 1 from record as own join record as newer on newer.source = own.source and newer.record_key = own.record_key
      where own.id = score.record and coalesce(newer.stated_until, newer.version) > coalesce(own.stated_until, own.version))
  `.execute(store.db);
  const digests: string[] = [];
  for (let i = 0; i < ids.length; i += chunk) {
    const slice = ids.slice(i, i + chunk).map((row) => row.id);
    const decisions = await decisionsOf(store, key, slice);
    const rows = await store.db
      .selectFrom('score')
      .select(['id', 'input_id', 'model', 'head', 'time_ms', 'end_ms', 'value'])
      .where('id', 'in', slice)
      .execute();
    for (const row of rows) {
      const value = readJson(key, `score|${row.id}`, row.value);
      const names = [row.input_id, row.model, row.head, row.time_ms, row.end_ms];
      digests.push(digest('score\0', canonicalJson([...names, value, decisions.get(row.id) ?? []])));
    }
  }
  return digests;
}

/** Decisions by score: thresholds and value, in the order of the thresholds' ids. */
async function decisionsOf(store: Store, key: Buffer, scores: string[]): Promise<Map<string, [string, unknown][]>> {
  const rows = await store.db
    .selectFrom('decision')
    .select(['id', 'score', 'thresholds_id', 'value'])
    .where('score', 'in', scores)
    .execute();
  const found = new Map<string, [string, unknown][]>();
  for (const row of rows) {
    const decision: [string, unknown] = [row.thresholds_id, readJson(key, `decision|${row.id}`, row.value)];
    found.set(row.score, [...(found.get(row.score) ?? []), decision]);
  }
  for (const list of found.values()) list.sort(([a], [b]) => (a < b ? -1 : 1));
  return found;
}

function readJson(key: Buffer, place: string, sealed: Buffer): unknown {
  return JSON.parse(unseal(key, place, sealed).toString('utf8'));
}

function digest(head: string, body: Buffer | string): string {
  return createHash('sha256').update(head).update(body).digest('base64');
}
