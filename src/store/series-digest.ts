import { createHash, type Hash } from 'node:crypto';
import { canonicalJson } from './canonical.ts';
import type { Store } from './open.ts';
import { unseal } from './seal.ts';
import { decodeRegular, decodeSamples } from './series-codec.ts';
import type { Tables } from './tables.ts';

/** Rows hold up to some thousand samples each. */
const chunk = 100;

type Body = Pick<Tables['series'], 'id' | 'form' | 'signal' | 'unit' | 'day' | 'session_ms' | 'rate' | 'channels' | 'first' | 'samples'> & {
  clear: Buffer;
};

/**
 * sha256 (base64) of each series of a source, decrypted: one for each stream and day of samples (sorted by time), one for each
 * recording at a fixed rate (by number of sample). How they were cut into rows does not matter.
 */
export async function seriesDigests(store: Store, key: Buffer, source: string, kind: string): Promise<string[]> {
  const digests: string[] = [];
  let open = null as SeriesDigest | null;
  for await (const { group, body } of bodies(store, key, source)) {
    if (open?.group !== group) {
      if (open) digests.push(open.end());
      open = body.form === 'samples' ? new SamplesDigest(group, kind, body) : new RegularDigest(group, kind, body);
    }
    open.add(body);
  }
  if (open) digests.push(open.end());
  return digests;
}

/** Rows of a source, group by group; within one in the order of their first samples. Bodies are read a chunk at a time. */
async function* bodies(store: Store, key: Buffer, source: string): AsyncGenerator<{ group: string; body: Body }> {
  const index = await store.db
    .selectFrom('series')
    .select(['id', 'form', 'stream_key', 'day', 'first'])
    .where('source', '=', source)
    .execute();
  const order = index
    .map((row) => ({ ...row, group: row.form === 'samples' ? `${row.stream_key}|${row.day}` : row.stream_key }))
    .sort((a, b) => (a.group === b.group ? a.first - b.first : a.group < b.group ? -1 : 1));
  for (let i = 0; i < order.length; i += chunk) {
    const slice = order.slice(i, i + chunk);
    const rows = await store.db
      .selectFrom('series')
      .select(['id', 'form', 'signal', 'unit', 'day', 'session_ms', 'rate', 'channels', 'first', 'samples', 'body'])
      .where(
        'id',
        'in',
        slice.map((row) => row.id),
      )
      .execute();
    const byId = new Map(rows.map((row) => [row.id, row]));
    for (const { id, group } of slice) {
      const row = byId.get(id);
      if (row) yield { group, body: { ...row, clear: unseal(key, `series|${id}`, row.body) } };
    }
  }
}

interface SeriesDigest {
  group: string;
  add(body: Body): void;
  end(): string;
}

class SamplesDigest implements SeriesDigest {
  readonly group: string;
  readonly #kind: string;
  readonly #first: Body;
  readonly #lines: string[] = [];

  constructor(group: string, kind: string, first: Body) {
    this.group = group;
    this.#kind = kind;
    this.#first = first;
  }

  add(body: Body): void {
    const { start, end, value, offset } = decodeSamples(body.clear);
    start.forEach((ms, i) => {
      this.#lines.push(`${ms},${end[i]},${value[i]},${offset[i]}`);
    });
  }

  end(): string {
    const { signal, unit, day, clear } = this.#first;
    const { device, zone } = decodeSamples(clear);
    const hash = createHash('sha256').update(`samples\0${canonicalJson([this.#kind, signal, unit, device, zone, day])}\0`);
    return hash.update(this.#lines.sort().join('\n')).digest('base64');
  }
}

class RegularDigest implements SeriesDigest {
  readonly group: string;
  readonly #hash: Hash;
  #next = -1;

  constructor(group: string, kind: string, first: Body) {
    this.group = group;
    const { signal, unit, session_ms, rate, channels, clear } = first;
    const names = [kind, signal, unit, decodeRegular(clear).device, session_ms, rate, channels];
    this.#hash = createHash('sha256').update(`regular\0${canonicalJson(names)}\0`);
  }

  add(body: Body): void {
    // Only a gap is marked: where one row ends and the next begins without one is how it was cut.
    if (body.first !== this.#next) this.#hash.update(`gap ${body.first}\0`);
    const { values } = decodeRegular(body.clear);
    this.#hash.update(new Uint8Array(values.buffer, values.byteOffset, values.byteLength));
    this.#next = body.first + body.samples;
  }

  end(): string {
    return this.#hash.digest('base64');
  }
}
