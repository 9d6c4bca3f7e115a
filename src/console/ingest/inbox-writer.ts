import { AfferentError } from '../../../schema/errors.ts';
import { type Accepted, type Incoming, insertIncoming, type SealedIncoming, sealIncoming } from '../../store/inbox.ts';
import type { Store } from '../../store/open.ts';

/** Rows, and bytes of them, that one transaction takes. */
const mostRows = 200;
const mostBytes = 16 * 1024 * 1024;

interface Pending {
  row: SealedIncoming;
  since: number;
  settle(accepted: Accepted): void;
}

/**
 * Writes what is pushed. Pushes that come while a transaction is being written share the next one, so that many devices wait for one
 * sync of the disk together; a receipt is given only after it.
 */
export class InboxWriter {
  readonly #store: Store;
  #pending: Pending[] = [];
  #bytes = 0;
  #writing = false;

  constructor(store: Store) {
    this.#store = store;
  }

  /** Bytes that are held in memory, not yet durable. */
  get pendingBytes(): number {
    return this.#bytes;
  }

  /** How long the oldest has waited for its transaction, ms. */
  get lagMs(): number {
    const oldest = this.#pending[0];
    return oldest ? performance.now() - oldest.since : 0;
  }

  /** Resolves once it is durable, or was before. @throws AfferentError `device-refused`, `request-reused`, `key-gone`, `store-down` */
  async accept(incoming: Incoming): Promise<Exclude<Accepted, AfferentError>> {
    this.#bytes += incoming.body.length;
    try {
      const row = await sealIncoming(this.#store, incoming);
      const accepted = await new Promise<Accepted>((settle) => {
        this.#pending.push({ row, since: performance.now(), settle });
        void this.#write();
      });
      if (accepted instanceof AfferentError) throw accepted;
      return accepted;
    } finally {
      this.#bytes -= incoming.body.length;
    }
  }

  async #write(): Promise<void> {
    if (this.#writing) return;
    this.#writing = true;
    // Whatever else of this turn of the loop comes to be pushed shares the transaction.
    await new Promise((resolve) => setImmediate(resolve));
    try {
      while (this.#pending.length > 0) await this.#writeSome(this.#take());
    } finally {
      this.#writing = false;
    }
  }

  #take(): Pending[] {
    let bytes = 0;
    const fits = this.#pending.findIndex(({ row }, i) => {
      bytes += row.bytes;
      return i > 0 && (i === mostRows || bytes > mostBytes);
    });
    return this.#pending.splice(0, fits === -1 ? this.#pending.length : fits);
  }

  /** What the store refuses together is tried one by one: one broken row must not cost the others their receipts. */
  async #writeSome(some: readonly Pending[]): Promise<void> {
    try {
      const accepted = await this.#transaction(some);
      for (const [i, { settle }] of some.entries()) settle(accepted[i] as Accepted);
    } catch {
      for (const one of some) {
        const [accepted] = await this.#transaction([one]).catch((): Accepted[] => [new AfferentError('store-down')]);
        one.settle(accepted as Accepted);
      }
    }
  }

  #transaction(some: readonly Pending[]): Promise<Accepted[]> {
    const rows = some.map(({ row }) => row);
    return this.#store.db.transaction().execute((tx) => insertIncoming(this.#store, tx, rows));
  }
}
