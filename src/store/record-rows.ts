import { momentMs } from '../../schema/moment-ms.ts';
import type { StoredRecord } from '../../schema/records.ts';
import { BytesColumn, FixedColumn } from './byte-columns.ts';
import { canonicalJson } from './canonical.ts';
import { recordKey } from './deletions.ts';
import { type PackedRows, packColumn } from './packed-rows.ts';
import { namesOf, type RowNames } from './row-names.ts';
import { sealInto } from './seal.ts';
import type { Owner } from './series.ts';
import type { Tables } from './tables.ts';

type RecordRow = Tables['record'];

/** A record's row as it comes in: nothing has stated it again. */
export type NewRecord = Omit<RecordRow, 'stated_until'>;

/** Columns of a row in the order in which they are packed. */
export const recordColumns = [
  ...(['id', 'study', 'participant', 'source', 'batch', 'type', 'record_key', 'version', 'content_key', 'input_id', 'day'] as const),
  ...(['time_ms', 'body'] as const),
] as const satisfies readonly (keyof RecordRow)[];

/** How many rows there are, and how long their bodies are together. */
export interface Extent {
  rows: number;
  bytes: number;
}

/** Where a row has no input. */
const noInput = ' '.repeat(64);

/**
 * Records as rows, by columns: hashes and sealed bodies of many rows lie in a few pieces of memory, which the collector does not look
 * into and another thread may have.
 */
export class RecordRows {
  readonly #owner: Owner;
  readonly #maskingVersion: number;
  readonly #names: RowNames;
  readonly #ids: FixedColumn;
  readonly #keys: FixedColumn;
  readonly #contents: FixedColumn;
  readonly #inputs: FixedColumn;
  readonly #bodies: BytesColumn;
  readonly #types: RecordRow['type'][] = [];
  readonly #versions: string[] = [];
  readonly #days: string[] = [];
  readonly #times: number[] = [];
  /** The source's own ids. */
  readonly recordIds: string[] = [];

  /** @param expected how much comes about: what a group before had */
  constructor(owner: Owner, maskingVersion: number, expected: Extent) {
    const rows = Math.ceil(1.05 * expected.rows);
    this.#owner = owner;
    this.#maskingVersion = maskingVersion;
    this.#names = namesOf(owner);
    this.#ids = new FixedColumn(32, rows);
    this.#keys = new FixedColumn(64, rows);
    this.#contents = new FixedColumn(64, rows);
    this.#inputs = new FixedColumn(64, rows);
    this.#bodies = new BytesColumn(rows, Math.ceil(1.1 * expected.bytes));
  }

  get count(): number {
    return this.#days.length;
  }

  get extent(): Extent {
    return { rows: this.count, bytes: this.#bodies.filled };
  }

  /** @param exported when the export was made that states it, for records without a version: not part of what they are */
  add(record: StoredRecord, exported: string | null = null): void {
    const owner = this.#owner;
    const clear = canonicalJson(record);
    const version = record.version ?? exported ?? '';
    const contentKey = owner.hash('content', clear);
    const ownKey = recordKey(owner, owner.kind, record.type, record.id);
    const id = this.#names.row(record.time.day, ownKey, contentKey);
    const input =
      record.type === 'post'
        ? owner.hash('input', owner.participant, record.id, record.version ?? '', contentKey, String(this.#maskingVersion))
        : noInput;
    this.#ids.push(id);
    this.#keys.push(ownKey);
    this.#contents.push(contentKey);
    this.#inputs.push(input);
    sealInto(owner.key, `record|${id}`, clear, this.#bodies);
    this.#types.push(record.type);
    this.#versions.push(this.#same(this.#versions, version));
    this.#days.push(this.#same(this.#days, record.time.day));
    this.#times.push(momentMs(record.time.utc));
    this.recordIds.push(record.id);
  }

  key(row: number): string {
    return this.#keys.at(row);
  }

  day(row: number): string {
    return this.#days[row] as string;
  }

  id(row: number): string {
    return this.#ids.at(row);
  }

  version(row: number): string {
    return this.#versions[row] as string;
  }

  contentKey(row: number): string {
    return this.#contents.at(row);
  }

  type(row: number): RecordRow['type'] {
    return this.#types[row] as RecordRow['type'];
  }

  row(row: number): NewRecord {
    const { study, participant, source, batch } = this.#owner;
    const input = this.#inputs.at(row);
    return {
      ...{ id: this.#ids.at(row), study, participant, source, batch, type: this.type(row) },
      ...{ record_key: this.key(row), version: this.#versions[row] as string, content_key: this.#contents.at(row) },
      ...{ input_id: input === noInput ? null : input, day: this.day(row), time_ms: this.#times[row] as number },
      body: this.#bodies.at(row),
    };
  }

  /** All rows for another thread, which takes their memory along; afterwards only days and types can be asked for. */
  packed(): PackedRows {
    const { study, participant, source, batch } = this.#owner;
    const same = (value: string) => ({ is: 'same', value }) as const;
    const isPost = this.#types.every((type) => type === 'post');
    const inputs = isPost ? this.#inputs.packed() : packColumn(this.#types.map((_, i) => this.row(i).input_id));
    return {
      count: this.count,
      columns: [
        ...[this.#ids.packed(), same(study), same(participant), same(source), same(batch), packColumn(this.#types), this.#keys.packed()],
        ...[packColumn(this.#versions), this.#contents.packed(), inputs, packColumn(this.#days), packColumn(this.#times)],
        this.#bodies.packed(),
      ],
    };
  }

  /** The text of the row before where it is the same: one of many that are equal is held. */
  #same(texts: readonly string[], text: string): string {
    const last = texts.at(-1);
    return last === text ? last : text;
  }
}
