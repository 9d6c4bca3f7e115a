import { sql, type Transaction } from 'kysely';
import type { RecordRows } from './record-rows.ts';
import { unseal } from './seal.ts';
import type { Owner } from './series.ts';
import type { Tables } from './tables.ts';

/** A stored version of a record, or one of the group that is being stored. */
interface Version {
  id: string;
  version: string;
  /** The last version that stated the same: what is newest goes by it. */
  until: string;
  day: string;
  timeMs: number;
  /** Where its sealed body is: a row of the group, or read from the store. */
  row: number | null;
}

interface Known {
  /** By what they are of: rows from before ids were made as they are now have others. */
  exact: Map<string, Version>;
  /** Id of the one that was stated last. Null where it is not known: several came before that was kept. */
  last: string | null;
  number: number;
}

/** What becomes of a record; the number of its restatement, 0 where it is none, and the id of its row. */
export interface Stated {
  outcome: 'stored' | 'duplicate' | 'erased';
  number: number;
  id: string;
}

/** Same version, same content, so that it is the same row. */
const stateOf = (version: string, contentKey: string) => `${version} ${contentKey}`;

/** Versions of those records of a group that may be known, and what becomes of each that is stated. */
export class RecordVersions {
  readonly #owner: Owner;
  readonly #records: RecordRows;
  readonly #known: Map<string, Known>;
  /** Sealed bodies of stored rows by id. */
  readonly #bodies: ReadonlyMap<string, Buffer>;
  readonly #again = new Map<string, string>();

  private constructor(owner: Owner, records: RecordRows, known: Map<string, Known>, bodies: Map<string, Buffer>) {
    this.#owner = owner;
    this.#records = records;
    this.#known = known;
    this.#bodies = bodies;
  }

  /** @param again keys of those records that may be known */
  static async of(tx: Transaction<Tables>, owner: Owner, records: RecordRows, again: ReadonlySet<string>): Promise<RecordVersions> {
    const known = await knownVersions(tx, owner.source, [...again]);
    return new RecordVersions(owner, records, known, known.size === 0 ? new Map() : await bodiesToCompare(tx, records, known));
  }

  /**
   * Takes in the record of a row of the group.
   * @param gone the last version that its source has taken back
   */
  state(row: number, gone: string | null): Stated {
    const records = this.#records;
    const version = records.version(row);
    const state = stateOf(version, records.contentKey(row));
    const known = this.#known.get(records.key(row));
    const exact = known?.exact.get(state);
    if (exact === undefined && gone !== null && version <= gone) return { outcome: 'erased', number: 0, id: records.id(row) };
    const same = exact ?? (known && this.#sameBeside(known, row, version));
    if (known !== undefined && same !== undefined) {
      // What an older export says tells nothing of which was stated last.
      return { outcome: 'duplicate', number: version < same.until ? 0 : restated(known, same.id), id: same.id };
    }
    const id = records.id(row);
    const one: Version = { id, version, until: version, day: records.day(row), timeMs: records.timeMs(row), row };
    if (known === undefined) {
      this.#known.set(records.key(row), { exact: new Map([[state, one]]), last: id, number: 0 });
      return { outcome: 'stored', number: 0, id };
    }
    known.exact.set(state, one);
    return { outcome: 'stored', number: restated(known, id), id };
  }

  /** Writes until when rows were stated again; after the group's own rows are there. */
  async writeStatedAgain(tx: Transaction<Tables>): Promise<void> {
    const all = [...this.#again];
    for (let i = 0; i < all.length; i += 400) {
      const rows = sql.join(all.slice(i, i + 400).map(([id, until]) => sql`(${id}, ${until})`));
      await sql`
        with again (id, until) as (values ${rows})
        update record set stated_until = again.until from again where record.id = again.id
      `.execute(tx);
    }
  }

  /**
   * The version that stands just before or behind it in the order of versions, if it says the same. Never one beyond a version that says
   * something else: a value that comes back is a change. Where several stand at one place, which was the last there is not told here.
   */
  #sameBeside(known: Known, row: number, version: string): Version | undefined {
    const at: Version[] = [];
    let before: Version[] = [];
    let behind: Version[] = [];
    for (const one of known.exact.values()) {
      if (one.until === version) at.push(one);
      else if (one.until < version) before = nearer(before, one, one.until > (before[0]?.until ?? one.until));
      else behind = nearer(behind, one, one.until < (behind[0]?.until ?? one.until));
    }
    const stands = at.find((one) => this.#saysTheSame(one, row));
    if (stands !== undefined) return stands;
    const [next] = behind;
    if (behind.length === 1 && next !== undefined && this.#saysTheSame(next, row)) return next;
    const [last] = before;
    if (at.length > 0 || before.length !== 1 || last === undefined || !this.#saysTheSame(last, row)) return undefined;
    last.until = version;
    this.#again.set(last.id, version);
    return last;
  }

  #saysTheSame(one: Version, row: number): boolean {
    const records = this.#records;
    if (one.version === records.version(row) || one.day !== records.day(row) || one.timeMs !== records.timeMs(row)) return false;
    const body = one.row === null ? this.#bodies.get(one.id) : records.body(one.row);
    return body !== undefined && this.#withoutVersion(one.id, body) === this.#withoutVersion(records.id(row), records.body(row));
  }

  #withoutVersion(id: string, body: Buffer): string {
    const clear = unseal(this.#owner.key, `record|${id}`, body).toString('utf8');
    // Bodies are canonical JSON, in which the version stands last. Were it to stand elsewhere, what differs in it would be another record.
    return clear.replace(/"version":(?:null|"[^"]*")\}$/, '');
  }
}

function nearer(list: Version[], one: Version, isNearer: boolean): Version[] {
  if (list.length === 0 || isNearer) return [one];
  if ((list[0] as Version).until === one.until) list.push(one);
  return list;
}

/** The number of a statement that differs from the last one, else 0. */
function restated(known: Known, id: string): number {
  if (known.last === id) return 0;
  known.last = id;
  known.number++;
  return known.number;
}

async function knownVersions(tx: Transaction<Tables>, source: string, keys: readonly string[]): Promise<Map<string, Known>> {
  const versions = new Map<string, Known>();
  for (let i = 0; i < keys.length; i += 1000) {
    const found = await tx
      .selectFrom('record')
      .select(['id', 'record_key', 'version', 'content_key', 'stated_until', 'day', 'time_ms'])
      .where('source', '=', source)
      .where('record_key', 'in', keys.slice(i, i + 1000))
      .execute();
    for (const { id, record_key: key, version, content_key: contentKey, stated_until: until, day, time_ms: timeMs } of found) {
      const one: Version = { id, version, until: until ?? version, day, timeMs, row: null };
      const known = versions.get(key);
      if (known === undefined) versions.set(key, { exact: new Map([[stateOf(version, contentKey), one]]), last: id, number: 0 });
      else {
        known.exact.set(stateOf(version, contentKey), one);
        known.last = null;
      }
    }
  }
  if (versions.size === 0) return versions;
  // Most sources never restate anything.
  const any = await tx.selectFrom('restatement').select('number').where('source', '=', source).limit(1).executeTakeFirst();
  const known = any === undefined ? [] : [...versions.keys()];
  for (let i = 0; i < known.length; i += 1000) {
    const stated = await tx
      .selectFrom('restatement')
      .select(['record_key', 'record', 'number'])
      .where('source', '=', source)
      .where('record_key', 'in', known.slice(i, i + 1000))
      .orderBy('number')
      .execute();
    for (const { record_key: key, record, number } of stated) Object.assign(versions.get(key) as Known, { last: record, number });
  }
  return versions;
}

/** Bodies of stored rows that records of the group may differ from in nothing but their version. */
async function bodiesToCompare(
  tx: Transaction<Tables>,
  records: RecordRows,
  versions: ReadonlyMap<string, Known>,
): Promise<Map<string, Buffer>> {
  const wanted = new Set<string>();
  for (let i = 0; i < records.count; i++) {
    const known = versions.get(records.key(i));
    if (known === undefined || known.exact.has(stateOf(records.version(i), records.contentKey(i)))) continue;
    for (const { id, version, day, timeMs } of known.exact.values()) {
      if (version !== records.version(i) && day === records.day(i) && timeMs === records.timeMs(i)) wanted.add(id);
    }
  }
  const bodies = new Map<string, Buffer>();
  const ids = [...wanted];
  for (let i = 0; i < ids.length; i += 500) {
    const rows = await tx
      .selectFrom('record')
      .select(['id', 'body'])
      .where('id', 'in', ids.slice(i, i + 500))
      .execute();
    for (const { id, body } of rows) bodies.set(id, body);
  }
  return bodies;
}
