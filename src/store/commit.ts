import type { Transaction } from 'kysely';
import { AfferentError } from '../../schema/errors.ts';
import type { Sample } from '../../schema/records.ts';
import type { DriftChange, ExclusionReason, Parsed } from '../../schema/source.ts';
import { deletedVersions, deleteRecord } from './deletions.ts';
import type { Store } from './open.ts';
import { recordRow } from './records.ts';
import { seal } from './seal.ts';
import { type Owner, SampleWriter, writeRegular } from './series.ts';
import { requireNotErased } from './sources.ts';
import type { Tables } from './tables.ts';
import { Tally } from './tally.ts';

/** Units of one part that are committed together with their ledger and the cursor behind them. */
export interface Group {
  part: number;
  /** Number of the group's first unit within the part. */
  firstUnit: number;
  /** Units that the independent counter saw in this stretch of the stream. */
  counted: number;
  items: readonly Parsed[];
}

export interface CommitContext {
  maskingVersion: number;
  consent(item: Parsed): ExclusionReason | null;
}

/** Writes the groups of one batch. One writer at a time for each batch; a batch has one source, and a source one workflow. */
export class BatchWriter {
  readonly #store: Store;
  readonly #owner: Owner;
  readonly #context: CommitContext;
  #samples: SampleWriter;

  constructor(store: Store, owner: Owner, context: CommitContext) {
    this.#store = store;
    this.#owner = owner;
    this.#context = context;
    this.#samples = new SampleWriter(owner);
  }

  /**
   * Commits a group, its ledger and the cursor in one transaction, or nothing.
   * @returns units by outcome
   * @throws AfferentError `ledger-unbalanced` when the outcomes do not sum to what was counted
   */
  async commit(group: Group): Promise<Tally> {
    try {
      return await this.#store.db.transaction().execute((tx) => this.#write(tx, group));
    } catch (thrown) {
      // What the failed transaction remembered as stored was not.
      this.#samples = new SampleWriter(this.#owner);
      if (isBalanceViolation(thrown)) throw new AfferentError('ledger-unbalanced', { part: group.part, unit: group.firstUnit });
      throw thrown;
    }
  }

  async #write(tx: Transaction<Tables>, group: Group): Promise<Tally> {
    const owner = this.#owner;
    await this.#requireCursor(tx, group);
    const tally = new Tally();
    const records = new Map<string, Tables['record']>();
    const samples = new Map<string, Sample[]>();
    const quarantine: Tables['quarantine'][] = [];
    let unit = group.firstUnit;
    for (const item of group.items) {
      const refused = item.is === 'excluded' ? item.reason : this.#context.consent(item);
      if (refused) tally.add('excluded', item.day, item.units, refused);
      else if (item.is === 'quarantined') {
        quarantine.push(this.#quarantineRow(group, unit, item, item.reason, item.units, item.raw, item.field ?? null));
      } else if (item.is === 'record') {
        const row = recordRow(owner, item.record, this.#context.maskingVersion);
        if (records.has(row.id)) tally.add('duplicate', item.day, item.units);
        else records.set(row.id, row);
      } else if (item.is === 'sample') {
        const { signal, unit: ucum, device, time } = item.sample;
        const stream = `${signal}\0${ucum}\0${device}\0${time.zone}\0${time.day}`;
        const list = samples.get(stream);
        if (list) list.push(item.sample);
        else samples.set(stream, [item.sample]);
      } else if (item.is === 'block') {
        const result = await writeRegular(tx, owner, item.block, item.day ?? '');
        if (result.rows.length > 0) await tx.insertInto('series').values(result.rows).execute();
        tally.add('stored', item.day, result.stored);
        tally.add('duplicate', item.day, result.duplicates);
        for (const { from, to } of result.conflicts) {
          const { channels, values } = item.block;
          const raw = Buffer.from(values.slice(from * channels, to * channels).buffer);
          quarantine.push(this.#quarantineRow(group, unit + from, item, 'conflicts-with-stored', to - from, raw, null));
        }
      } else if (item.is === 'deletion') {
        await deleteRecord(tx, owner, item);
        tally.add('excluded', item.day, item.units, 'deletion');
      }
      unit += item.units;
    }
    await this.#writeRecords(tx, [...records.values()], tally);
    for (const list of samples.values()) await this.#writeSamples(tx, list, tally);
    await this.#writeQuarantine(tx, quarantine, tally);
    await tally.write(tx, owner.batch, group.counted, unit);
    return tally;
  }

  /** Moves the cursor behind a part whose groups are all committed. */
  async endPart(part: number): Promise<void> {
    await this.#store.db
      .updateTable('batch')
      .set({ cursor_part: part + 1, cursor_unit: 0 })
      .where('id', '=', this.#owner.batch)
      .where('cursor_part', '=', part)
      .where('state', '=', 'open')
      .execute();
  }

  /** A stale writer (a worker thought dead that goes on) must not write a group twice. */
  async #requireCursor(tx: Transaction<Tables>, group: Group): Promise<void> {
    const batch = await tx
      .selectFrom('batch')
      .select(['cursor_part', 'cursor_unit', 'state'])
      .where('id', '=', this.#owner.batch)
      .$if(this.#store.adapter.name === 'postgres', (query) => query.forUpdate())
      .executeTakeFirst();
    if (batch?.state !== 'open' || batch.cursor_part !== group.part || batch.cursor_unit !== group.firstUnit) {
      throw new AfferentError('stale-writer', { part: group.part, unit: group.firstUnit });
    }
  }

  async #writeRecords(tx: Transaction<Tables>, rows: Tables['record'][], tally: Tally): Promise<void> {
    const known = await knownIds(tx, 'record', rows);
    const deleted = await deletedVersions(
      tx,
      this.#owner.source,
      rows.map((row) => row.record_key),
    );
    const fresh: Tables['record'][] = [];
    for (const row of rows) {
      const gone = deleted.get(row.record_key);
      if (known.has(row.id)) tally.add('duplicate', row.day, 1);
      else if (gone !== undefined && row.version <= gone) tally.add('erased', row.day, 1);
      else {
        fresh.push(row);
        tally.add('stored', row.day, 1);
      }
    }
    await insertSlices(tx, 'record', fresh, 13, this.#store.adapter.maxValues);
  }

  async #writeSamples(tx: Transaction<Tables>, list: Sample[], tally: Tally): Promise<void> {
    const day = (list[0] as Sample).time.day;
    const { row, duplicates } = await this.#samples.write(tx, list);
    tally.add('stored', day, list.length - duplicates);
    tally.add('duplicate', day, duplicates);
    if (row) await tx.insertInto('series').values(row).execute();
  }

  /** The same broken unit in an overlapping export is a duplicate, as a whole one would be. */
  async #writeQuarantine(tx: Transaction<Tables>, rows: Tables['quarantine'][], tally: Tally): Promise<void> {
    const known = await knownIds(tx, 'quarantine', rows);
    const fresh: Tables['quarantine'][] = [];
    for (const row of rows) {
      const day = row.day === '' ? null : row.day;
      if (known.has(row.id)) tally.add('duplicate', day, row.units);
      else {
        known.add(row.id);
        fresh.push(row);
        tally.add('quarantined', day, row.units, row.reason);
      }
    }
    await insertSlices(tx, 'quarantine', fresh, 13, this.#store.adapter.maxValues);
  }

  #quarantineRow(
    group: Group,
    unit: number,
    item: Parsed,
    reason: string,
    units: number,
    raw: Buffer,
    field: string | null,
  ): Tables['quarantine'] {
    const owner = this.#owner;
    const id = (
      raw.length > 0
        ? owner.hash('quarantine', owner.source, reason, String(units), raw)
        : owner.hash('quarantine', owner.batch, String(group.part), String(unit))
    ).slice(0, 32);
    return {
      id,
      study: owner.study,
      participant: owner.participant,
      source: owner.source,
      batch: owner.batch,
      reason,
      field,
      part: group.part,
      unit,
      position: item.end,
      units,
      day: item.day ?? '',
      raw: seal(owner.key, `quarantine|${id}`, raw),
    };
  }

  /** Remembers outside names that the parser did not know. */
  async drift(changes: readonly DriftChange[]): Promise<void> {
    const owner = this.#owner;
    if (changes.length === 0) return;
    const rows = changes.map(({ kind, name }) => {
      const nameKey = owner.hash('drift', name).slice(0, 16);
      const sealed = seal(owner.key, `drift|${owner.source}|${nameKey}`, name);
      return { source: owner.source, kind, name_key: nameKey, name: sealed, batch: owner.batch };
    });
    await this.#store.db.transaction().execute(async (tx) => {
      await requireNotErased(this.#store, tx, owner.source);
      for (const row of rows) {
        await tx
          .insertInto('drift')
          .values(row)
          .onConflict((c) => c.doNothing())
          .execute();
      }
    });
  }
}

/** Ids out of `rows` that the store holds already. */
async function knownIds(tx: Transaction<Tables>, table: 'record' | 'quarantine', rows: readonly { id: string }[]): Promise<Set<string>> {
  const known = new Set<string>();
  for (let i = 0; i < rows.length; i += 1000) {
    const ids = rows.slice(i, i + 1000).map((row) => row.id);
    const found = await tx.selectFrom(table).select('id').where('id', 'in', ids).execute();
    for (const { id } of found) known.add(id);
  }
  return known;
}

async function insertSlices<T extends 'record' | 'quarantine'>(
  tx: Transaction<Tables>,
  table: T,
  rows: readonly Tables[T][],
  columns: number,
  maxValues: number,
): Promise<void> {
  const slice = Math.min(500, Math.floor(maxValues / columns));
  for (let i = 0; i < rows.length; i += slice) {
    await tx
      .insertInto(table)
      .values(rows.slice(i, i + slice) as never)
      .execute();
  }
}

function isBalanceViolation(thrown: unknown): boolean {
  return (
    thrown instanceof Error && /(batch|ledger)_balances/.test(`${thrown.message} ${(thrown as { constraint?: string }).constraint ?? ''}`)
  );
}
