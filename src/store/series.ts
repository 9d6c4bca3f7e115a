import type { Transaction } from 'kysely';
import { momentMs } from '../../schema/moment-ms.ts';
import { type RegularBlock, type Sample, ZoneKnowledge } from '../../schema/records.ts';
import { SamplesSeen } from './samples-seen.ts';
import { seal, unseal } from './seal.ts';
import type { StudyHash } from './secrets.ts';
import { decodeRegular, decodeSamples, encodeRegular, encodeSamples } from './series-codec.ts';
import type { Tables } from './tables.ts';

/** Whose rows are being written, and by which batch. */
export interface Owner {
  study: string;
  participant: string;
  source: string;
  batch: string;
  kind: string;
  key: Buffer;
  hash: StudyHash;
}

type SeriesRow = Tables['series'];

const dayMs = 86_400_000;
/** Samples that are held in memory, about 25 bytes each. */
const mostSeen = 100_000;

/**
 * Samples already stored for a stream and day, so that overlapping exports store none twice. Kept between
 * groups of one batch; a group that fails to commit throws its writer away.
 */
export class SampleWriter {
  readonly #owner: Owner;
  readonly #days = new Map<string, { seen: SamplesSeen; blocks: number }>();

  constructor(owner: Owner) {
    this.#owner = owner;
  }

  /** Which of these samples (alike in signal, unit, device and day) are new, as a row or null, and how many are not. */
  async write(tx: Transaction<Tables>, samples: readonly Sample[]): Promise<{ row: SeriesRow | null; duplicates: number }> {
    const owner = this.#owner;
    const { signal, unit, device, time } = samples[0] as Sample;
    const keyIn = (zone: string) => owner.hash('stream', 'samples', owner.participant, owner.kind, signal, unit, device, zone);
    const streamKey = keyIn(time.zone);
    const state = await this.#stored(tx, streamKey, time.day, keyIn);
    const fresh: Sample[] = [];
    const starts: number[] = [];
    for (const sample of samples) {
      const start = momentMs(sample.time.utc);
      if (!state.seen.add(start, sample.endMs, sample.value)) continue;
      fresh.push(sample);
      starts.push(start);
    }
    const duplicates = samples.length - fresh.length;
    if (fresh.length === 0) return { row: null, duplicates };
    const first = state.blocks++;
    const id = owner.hash('series', owner.source, streamKey, time.day, String(first)).slice(0, 32);
    const body = encodeSamples(fresh, starts);
    return {
      duplicates,
      row: {
        ...rowBase(owner, id, streamKey),
        form: 'samples',
        signal,
        unit,
        day: time.day,
        start_ms: starts.reduce((a, b) => Math.min(a, b)),
        end_ms: fresh.reduce((a, sample) => Math.max(a, sample.endMs), Number.NEGATIVE_INFINITY),
        session_ms: null,
        rate: null,
        channels: 1,
        first,
        samples: fresh.length,
        content_key: owner.hash('content', body),
        body: seal(owner.key, `series|${id}`, body),
      },
    };
  }

  /** @param keyIn key of the stream with times whose zone is known in another way: a zone that was declared later moves no instant */
  async #stored(
    tx: Transaction<Tables>,
    streamKey: string,
    day: string,
    keyIn: (zone: string) => string,
  ): Promise<{ seen: SamplesSeen; blocks: number }> {
    const name = `${streamKey}|${day}`;
    const cached = this.#days.get(name);
    if (cached) return cached;
    // A later export states the past under the offset of its own moment: the same instant may stand under a neighbouring day of
    // another batch. One export has one offset, so its own neighbouring days hold nothing of this one.
    const midnight = Date.parse(`${day}T00:00:00Z`);
    const days = [midnight - dayMs, midnight, midnight + dayMs].map((ms) => new Date(ms).toISOString().slice(0, 10));
    const rows = await tx
      .selectFrom('series')
      .select(['id', 'day', 'body', 'stream_key', 'first'])
      .where('source', '=', this.#owner.source)
      .where('stream_key', 'in', ZoneKnowledge.options.map(keyIn))
      .where('day', 'in', days)
      .where((eb) => eb.or([eb.and([eb('day', '=', day), eb('stream_key', '=', streamKey)]), eb('batch', '<>', this.#owner.batch)]))
      .execute();
    const seen = new SamplesSeen();
    for (const row of rows) {
      const columns = decodeSamples(unseal(this.#owner.key, `series|${row.id}`, row.body));
      columns.start.forEach((start, i) => {
        seen.add(start, columns.end[i] as number, columns.value[i] as number);
      });
    }
    this.#forget();
    // Behind the last one: some may have been erased.
    const blocks = rows.filter((row) => row.day === day && row.stream_key === streamKey).map((row) => row.first + 1);
    const state = { seen, blocks: Math.max(0, ...blocks) };
    this.#days.set(name, state);
    return state;
  }

  /** Exports run through one stream and day after another: what was written longest ago is read again if it is needed again. */
  #forget(): void {
    let held = 0;
    for (const { seen } of this.#days.values()) held += seen.size;
    for (const [name, { seen }] of this.#days) {
      if (held <= mostSeen) return;
      this.#days.delete(name);
      held -= seen.size;
    }
  }
}

/** What became of a regular block: rows for the samples not yet stored, and counts for the rest. */
export interface RegularResult {
  rows: SeriesRow[];
  stored: number;
  duplicates: number;
  /** Ranges of the block that were stored before with other values. */
  conflicts: { from: number; to: number }[];
}

export async function writeRegular(tx: Transaction<Tables>, owner: Owner, block: RegularBlock, day: string): Promise<RegularResult> {
  const streamKey = owner.hash(
    'stream',
    'regular',
    owner.participant,
    owner.kind,
    block.signal,
    block.unit,
    block.device,
    String(block.sessionMs),
    String(block.rate),
    String(block.channels),
  );
  const n = block.values.length / block.channels;
  const from = block.offset;
  const to = block.offset + n;
  const overlapping = (
    await tx
      .selectFrom('series')
      .select(['id', 'first', 'samples', 'body'])
      .where('source', '=', owner.source)
      .where('stream_key', '=', streamKey)
      .where('first', '<', to)
      .orderBy('first')
      .execute()
  ).filter((row) => row.first + row.samples > from);
  const result: RegularResult = { rows: [], stored: 0, duplicates: 0, conflicts: [] };
  let at = from;
  for (const row of overlapping) {
    if (row.first > at) store(at, row.first);
    const begin = Math.max(at, row.first);
    const end = Math.min(to, row.first + row.samples);
    const old = decodeRegular(unseal(owner.key, `series|${row.id}`, row.body)).values;
    const same = equal(slice(begin, end), old.subarray((begin - row.first) * block.channels, (end - row.first) * block.channels));
    if (same) result.duplicates += end - begin;
    else result.conflicts.push({ from: begin - from, to: end - from });
    at = end;
  }
  if (at < to) store(at, to);
  return result;

  function slice(begin: number, end: number): Float32Array {
    return block.values.subarray((begin - from) * block.channels, (end - from) * block.channels);
  }

  function store(begin: number, end: number): void {
    const id = owner.hash('series', owner.source, streamKey, day, String(begin)).slice(0, 32);
    const body = encodeRegular(block.device, slice(begin, end), block.channels);
    result.stored += end - begin;
    result.rows.push({
      ...rowBase(owner, id, streamKey),
      form: 'regular',
      signal: block.signal,
      unit: block.unit,
      day,
      start_ms: block.sessionMs + (begin * 1000) / block.rate,
      end_ms: block.sessionMs + (end * 1000) / block.rate,
      session_ms: block.sessionMs,
      rate: block.rate,
      channels: block.channels,
      first: begin,
      samples: end - begin,
      content_key: owner.hash('content', body),
      body: seal(owner.key, `series|${id}`, body),
    });
  }
}

function equal(a: Float32Array, b: Float32Array): boolean {
  return Buffer.from(a.buffer, a.byteOffset, a.byteLength).equals(Buffer.from(b.buffer, b.byteOffset, b.byteLength));
}

function rowBase(owner: Owner, id: string, streamKey: string) {
  return { id, study: owner.study, participant: owner.participant, source: owner.source, batch: owner.batch, stream_key: streamKey };
}
