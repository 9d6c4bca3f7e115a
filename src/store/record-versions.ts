import { sql, type Transaction } from 'kysely';
import type { RecordRows } from './record-rows.ts';
import type { Tables } from './tables.ts';

/** A stored version of a record, or one of the group that is being stored. */
interface Version {
  id: string;
  version: string;
  /** The last version, or time of an export, that stated it: what is newest goes by it. */
  until: string;
}

interface Known {
  /** By content, in which the version stands where the record has one. */
  byContent: Map<string, Version>;
  /** Id of the one that was stated last. Null where it is not known: several came before that was kept. */
  last: string | null;
  number: number;
}

/** That a version was stated, where its record has several; `stated`: which version, or the time of which export. */
export interface Statement {
  record: string;
  number: number;
  stated: string;
}

/** What becomes of a record, and what is to be kept of the order in which its versions were stated. */
export interface Stated {
  outcome: 'stored' | 'duplicate' | 'erased';
  statements: Statement[];
}

/** Versions of those records of a group that may be known, and what becomes of each that is stated. */
export class RecordVersions {
  readonly #records: RecordRows;
  readonly #known: Map<string, Known>;
  readonly #again = new Map<string, string>();

  private constructor(records: RecordRows, known: Map<string, Known>) {
    this.#records = records;
    this.#known = known;
  }

  /** @param again keys of those records that may be known */
  static async of(tx: Transaction<Tables>, source: string, records: RecordRows, again: ReadonlySet<string>): Promise<RecordVersions> {
    return new RecordVersions(records, await knownVersions(tx, source, [...again]));
  }

  /**
   * Takes in the record of a row of the group.
   * @param gone the last version that its source has taken back
   */
  state(row: number, gone: string | null): Stated {
    const records = this.#records;
    const [id, version, contentKey] = [records.id(row), records.version(row), records.contentKey(row)];
    const known = this.#known.get(records.key(row));
    const same = known?.byContent.get(contentKey);
    if (same === undefined && gone !== null && version <= gone) return { outcome: 'erased', statements: [] };
    if (known === undefined) {
      const one = { id, version, until: version };
      this.#known.set(records.key(row), { byContent: new Map([[contentKey, one]]), last: id, number: 0 });
      return { outcome: 'stored', statements: [] };
    }
    if (same !== undefined) return { outcome: 'duplicate', statements: this.#statedAgain(known, same, version) };
    // Until now there was nothing to tell these from: what was stated again meanwhile, and until when.
    const before = known.byContent.size > 1 ? [] : [...known.byContent.values()].filter(({ version: first, until }) => until > first);
    const statements = before.map((one) => statement(known, one.id, one.until));
    const one = { id, version, until: version };
    known.byContent.set(contentKey, one);
    statements.push(statement(known, id, version));
    return { outcome: 'stored', statements };
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

  #statedAgain(known: Known, same: Version, version: string): Statement[] {
    // What an older export says tells nothing of which was stated last.
    if (version < same.until) return [];
    const later = version > same.until;
    if (later) {
      same.until = version;
      this.#again.set(same.id, version);
    }
    if (known.last === same.id && !(later && known.byContent.size > 1)) return [];
    return [statement(known, same.id, version)];
  }
}

function statement(known: Known, record: string, stated: string): Statement {
  known.last = record;
  known.number++;
  return { record, number: known.number, stated };
}

async function knownVersions(tx: Transaction<Tables>, source: string, keys: readonly string[]): Promise<Map<string, Known>> {
  const versions = new Map<string, Known>();
  for (let i = 0; i < keys.length; i += 1000) {
    const found = await tx
      .selectFrom('record')
      .select(['id', 'record_key', 'version', 'content_key', 'stated_until'])
      .where('source', '=', source)
      .where('record_key', 'in', keys.slice(i, i + 1000))
      .execute();
    for (const { id, record_key: key, version, content_key: contentKey, stated_until: until } of found) {
      const one: Version = { id, version, until: until ?? version };
      const known = versions.get(key);
      if (known === undefined) versions.set(key, { byContent: new Map([[contentKey, one]]), last: id, number: 0 });
      else {
        known.byContent.set(contentKey, one);
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
