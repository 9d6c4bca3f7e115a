import type { Transaction } from 'kysely';
import { AfferentError, type ErrorPlace } from '../../schema/errors.ts';
import type { Sample } from '../../schema/records.ts';
import type { Parsed } from '../../schema/source.ts';
import { type Deletion, deleteRecord } from './deletions.ts';
import { eraseNameless } from './erase-nameless.ts';
import { type CommitContext, GroupContents } from './group-contents.ts';
import { holdParticipant } from './hold-participant.ts';
import type { Store } from './open.ts';
import { requireSameConsent } from './participants.ts';
import { keepPart, quarantineRow, takeFromQuarantine } from './quarantine.ts';
import type { Extent } from './record-rows.ts';
import { type Owner, SampleWriter, writeRegular } from './series.ts';
import type { Tables } from './tables.ts';
import type { Tally } from './tally.ts';
import { writeQuarantine } from './write-quarantine.ts';
import { RecordWriter } from './write-records.ts';

export type { CommitContext } from './group-contents.ts';

/** Units of one part that are committed together with their ledger and the cursor behind them. */
export interface Group {
  part: number;
  /** Number of the group's first unit within the part. */
  firstUnit: number;
  /** Units that the independent counter saw in this stretch of the stream. */
  counted: number;
  /** Those that the writer has not taken in before. */
  items: readonly Parsed[];
  /** What the part is to its parser, for units of it that are read again. */
  facts?: () => Buffer | null;
}

/** Units that were quarantined, read again: each row with what it has become. */
export interface Replayed {
  part: number;
  rows: readonly { id: string; unit: number; item: Parsed }[];
}

/** Writes the groups of one batch. One writer at a time for each batch; a batch has one source, and a source one workflow. */
export class BatchWriter {
  readonly #store: Store;
  readonly #owner: Owner;
  readonly #context: CommitContext;
  #samples: SampleWriter;
  #records: RecordWriter;
  /** What has been taken in of the group to be committed next. */
  #taken: GroupContents | null = null;
  #extent: Extent = { rows: 0, bytes: 0 };
  /** The commit that is under way, or the last one. */
  #before: Promise<unknown> = Promise.resolve();

  constructor(store: Store, owner: Owner, context: CommitContext) {
    this.#store = store;
    this.#owner = owner;
    this.#context = context;
    this.#samples = new SampleWriter(owner);
    this.#records = new RecordWriter(store, owner);
  }

  /** Names and seals an item of the group that is committed next. */
  take(part: number, item: Parsed, unit: number): void {
    this.#taken ??= new GroupContents(this.#owner, this.#context, part, this.#extent);
    this.#taken.add(item, unit);
  }

  /**
   * Commits a group, its ledger and the cursor in one transaction, or nothing. Its items are named and sealed at once; then it waits for
   * the commit before it, so that the next group can be read while this one is written.
   * @returns units by outcome
   * @throws AfferentError `ledger-unbalanced` when the outcomes do not sum to what was counted; `stale-writer` when another goes on with
   * the batch, or the consent that its units were judged by has been replaced
   */
  commit(group: Group): Promise<Tally> {
    const { items, part, firstUnit, counted } = group;
    const contents = this.#taken ?? new GroupContents(this.#owner, this.#context, part);
    this.#taken = null;
    this.#extent = contents.records.extent;
    for (const item of items) contents.add(item, firstUnit + contents.units);
    const committed = this.#before.then(() =>
      this.#whole({ part, unit: firstUnit }, async (tx) => {
        await holdParticipant(this.#store, tx, this.#owner.participant, deletionsIn(contents).length > 0);
        await requireSameConsent(tx, this.#owner.participant, this.#context.stated);
        await this.#requireCursor(tx, group);
        const tally = await this.#write(tx, part, contents, group.facts);
        await tally.write(tx, this.#owner.batch, counted, firstUnit + contents.units);
        return tally;
      }),
    );
    this.#before = committed.catch(() => {});
    return committed;
  }

  /**
   * Takes units out of quarantine and writes what they have become, in one transaction: the ledger's sums stay, and its units move
   * to their outcomes and days. Rows that are gone by now are passed over; units that are still unreadable stand under their new reason.
   * @returns units by outcome
   */
  async replay({ part, rows }: Replayed): Promise<Tally> {
    return this.#whole({ part, unit: rows[0]?.unit ?? 0 }, async (tx) => {
      const deletes = rows.some(({ item }) => item.is === 'deletion');
      await holdParticipant(this.#store, tx, this.#owner.participant, deletes);
      await requireSameConsent(tx, this.#owner.participant, this.#context.stated);
      await lockBatch(this.#store, tx, this.#owner.batch);
      const left = await takeFromQuarantine(
        tx,
        this.#owner.batch,
        rows.map((row) => row.id),
      );
      const mine = rows.filter((row) => left.has(row.id));
      const contents = new GroupContents(this.#owner, this.#context, part);
      for (const { item, unit } of mine) contents.add(item, unit);
      const tally = await this.#write(tx, part, contents);
      await tally.write(tx, this.#owner.batch, contents.units);
      return tally;
    });
  }

  async #whole(place: ErrorPlace, work: (tx: Transaction<Tables>) => Promise<Tally>): Promise<Tally> {
    try {
      return await this.#store.db.transaction().execute(work);
    } catch (thrown) {
      // What the failed transaction remembered as stored was not.
      this.#samples = new SampleWriter(this.#owner);
      this.#records = new RecordWriter(this.#store, this.#owner);
      if (isBalanceViolation(thrown)) throw new AfferentError('ledger-unbalanced', place);
      throw thrown;
    }
  }

  async #write(tx: Transaction<Tables>, part: number, contents: GroupContents, facts?: Group['facts']): Promise<Tally> {
    const owner = this.#owner;
    const { tally, records, samples, quarantine, compared } = contents;
    for (const { item, unit } of compared) {
      if (item.is === 'deletion') {
        await deleteRecord(tx, owner, item);
        tally.add('excluded', item.day, item.units, 'deletion');
        continue;
      }
      const result = await writeRegular(tx, owner, item.block, item.day ?? '');
      if (result.rows.length > 0) await tx.insertInto('series').values(result.rows).execute();
      tally.add('stored', item.day, result.stored);
      tally.add('duplicate', item.day, result.duplicates);
      for (const { from, to } of result.conflicts) {
        const { channels, values } = item.block;
        const raw = Buffer.from(values.slice(from * channels, to * channels).buffer);
        const broken = { reason: 'conflicts-with-stored', units: to - from, raw, field: null, frame: null, of: null } as const;
        quarantine.push({ row: quarantineRow(owner, { part, unit: unit + from }, item, broken), of: null, raw });
      }
    }
    await eraseNameless(tx, owner, deletionsIn(contents));
    await this.#records.write(tx, records, tally);
    for (const list of samples) await this.#writeSamples(tx, list, tally);
    await writeQuarantine(tx, this.#store, owner, quarantine, tally);
    if (quarantine.length > 0) await keepPart(tx, owner, part, facts?.() ?? null);
    return tally;
  }

  /** Waits until nothing is being written any more, however that ended. */
  async idle(): Promise<void> {
    await this.#before;
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
    const batch = await lockBatch(this.#store, tx, this.#owner.batch);
    if (batch?.state !== 'open' || batch.cursor_part !== group.part || batch.cursor_unit !== group.firstUnit) {
      throw new AfferentError('stale-writer', { part: group.part, unit: group.firstUnit });
    }
  }

  async #writeSamples(tx: Transaction<Tables>, list: Sample[], tally: Tally): Promise<void> {
    const day = (list[0] as Sample).time.day;
    const { row, duplicates } = await this.#samples.write(tx, list);
    tally.add('stored', day, list.length - duplicates);
    tally.add('duplicate', day, duplicates);
    if (row) await tx.insertInto('series').values(row).execute();
  }
}

function deletionsIn({ compared }: GroupContents): Deletion[] {
  return compared.flatMap(({ item }) => (item.is === 'deletion' ? [item] : []));
}

async function lockBatch(store: Store, tx: Transaction<Tables>, batch: string) {
  return tx
    .selectFrom('batch')
    .select(['cursor_part', 'cursor_unit', 'state'])
    .where('id', '=', batch)
    .$if(store.adapter.name === 'postgres', (query) => query.forUpdate())
    .executeTakeFirst();
}

function isBalanceViolation(thrown: unknown): boolean {
  return (
    thrown instanceof Error && /(batch|ledger)_balances/.test(`${thrown.message} ${(thrown as { constraint?: string }).constraint ?? ''}`)
  );
}
