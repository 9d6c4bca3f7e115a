import { sql, type Transaction } from 'kysely';
import { AfferentError } from '../../schema/errors.ts';
import type { Receipt, ReceiptState } from '../../schema/streams.ts';
import type { Store } from './open.ts';
import { seal, unseal } from './seal.ts';
import type { Tables } from './tables.ts';

type InboxRow = Tables['inbox'];
/** What a receipt is made of. */
type ReceiptRow = Omit<InboxRow, 'body' | 'tries'>;

/** Something received for a source, before it is stored. */
export interface Incoming {
  study: string;
  participant: string;
  source: string;
  /** The device that pushed it, or the feed that it came by. */
  from: { device: string } | { feed: string };
  /** The sender's own name of the request, or null. */
  requestId: string | null;
  /** Content type; says which part of the source's kind it is. */
  media: string;
  body: Buffer;
  receivedMs: number;
  /** The sender's clock, UTC milliseconds, or null. */
  clientMs: number | null;
}

/** A row of the inbox, sealed, as it would be stored. */
export type SealedIncoming = InboxRow;

/**
 * Seals what came in. Its id is made of its content: the same bytes for the same source are the same arrival.
 * @param apart tells arrivals of equal content apart, where they are not the same (two equal frames of a stream)
 */
export async function sealIncoming(store: Store, incoming: Incoming, apart = ''): Promise<SealedIncoming> {
  const { study, participant, source, from, requestId, media, body, receivedMs, clientMs } = incoming;
  const hash = store.secrets.study(study);
  const contentKey = hash('inbox', source, media, apart, body);
  const id = `i_${hash('arrived', source, contentKey).slice(0, 20)}`;
  const sender = 'device' in from ? from.device : from.feed;
  return {
    id,
    study,
    participant,
    source,
    device: 'device' in from ? from.device : null,
    feed: 'feed' in from ? from.feed : null,
    request_key: requestId === null ? null : hash('request', sender, requestId),
    content_key: contentKey,
    media,
    bytes: body.length,
    received_ms: receivedMs,
    client_time: clientMs === null ? null : new Date(clientMs).toISOString(),
    skew_ms: clientMs === null ? null : clientMs - receivedMs,
    state: 'waiting',
    batch: null,
    body: seal(await store.keys.key(participant), `inbox|${id}`, body),
    tries: 0,
  };
}

/** What became of one row that was to be stored. */
export type Accepted = { receipt: Receipt; repeated: boolean } | AfferentError;

/**
 * Stores rows that came together, each by itself: a repeat gives the receipt of the first, and a device that was revoked or whose
 * participant has withdrawn is refused. When the transaction has ended, what has a receipt is durable.
 * @returns in the order given; errors are `device-refused`, `request-reused`
 */
export async function insertIncoming(store: Store, tx: Transaction<Tables>, rows: readonly SealedIncoming[]): Promise<Accepted[]> {
  const allowed = await allowedDevices(store, tx, rows);
  const known = await knownRows(tx, rows);
  const fresh: InboxRow[] = [];
  const result = rows.map((row): Accepted => {
    if (row.device !== null && !allowed.has(row.device)) return new AfferentError('device-refused');
    const asked = row.request_key === null ? undefined : known.byRequest.get(row.request_key);
    if (asked && asked.content_key !== row.content_key) return new AfferentError('request-reused');
    const same = asked ?? known.byContent.get(`${row.source}|${row.content_key}`);
    if (same) return { receipt: receiptOf(same), repeated: true };
    fresh.push(row);
    known.byContent.set(`${row.source}|${row.content_key}`, row);
    if (row.request_key !== null) known.byRequest.set(row.request_key, row);
    return { receipt: receiptOf(row), repeated: false };
  });
  const slice = Math.min(500, Math.floor(store.adapter.maxValues / 17));
  for (let i = 0; i < fresh.length; i += slice)
    await tx
      .insertInto('inbox')
      .values(fresh.slice(i, i + slice))
      .execute();
  return result;
}

/** Holds off withdrawals and revocations until the transaction ends. */
async function allowedDevices(store: Store, tx: Transaction<Tables>, rows: readonly SealedIncoming[]): Promise<Set<string>> {
  const devices = [...new Set(rows.flatMap((row) => row.device ?? []))].sort();
  if (devices.length === 0) return new Set();
  const found = await tx
    .selectFrom('device')
    .innerJoin('source', 'source.id', 'device.source')
    .select('device.id')
    .where('device.id', 'in', devices)
    .where('device.revoked_at', 'is', null)
    .where('source.state', '<>', 'erased')
    .orderBy('device.id')
    .$if(store.adapter.name === 'postgres', (query) => query.forShare())
    .execute();
  return new Set(found.map((row) => row.id));
}

async function knownRows(tx: Transaction<Tables>, rows: readonly SealedIncoming[]) {
  const ids = rows.map((row) => row.id);
  const keys = rows.flatMap((row) => row.request_key ?? []);
  const found = await tx
    .selectFrom('inbox')
    .select(receiptColumns)
    .where((eb) => eb.or([eb('id', 'in', ids), ...(keys.length > 0 ? [eb('request_key', 'in', keys)] : [])]))
    .execute();
  const byContent = new Map<string, ReceiptRow>(found.map((row) => [`${row.source}|${row.content_key}`, row]));
  const byRequest = new Map<string, ReceiptRow>(found.flatMap((row) => (row.request_key === null ? [] : [[row.request_key, row]])));
  return { byContent, byRequest };
}

const receiptColumns = [
  ...(['id', 'study', 'participant', 'source', 'device', 'feed', 'request_key', 'content_key', 'media', 'bytes'] as const),
  ...(['received_ms', 'client_time', 'skew_ms', 'state', 'batch'] as const),
];

export function receiptOf(row: ReceiptRow): Receipt {
  return {
    receipt: row.id,
    source: row.source,
    bytes: row.bytes,
    receivedAt: new Date(row.received_ms).toISOString(),
    clientTime: row.client_time,
    skewMs: row.skew_ms,
  };
}

/** One that waits to be read, oldest first. */
export async function nextWaiting(store: Store, source: string): Promise<ReceiptRow | undefined> {
  return store.db
    .selectFrom('inbox')
    .select(receiptColumns)
    .where('state', '=', 'waiting')
    .where('source', '=', source)
    .orderBy('received_ms')
    .orderBy('id')
    .limit(1)
    .executeTakeFirst();
}

/** Reading that failed for good is tried once more whenever the source is read again. */
export async function retryFailed(store: Store, source: string): Promise<void> {
  await store.db.updateTable('inbox').set({ state: 'waiting' }).where('source', '=', source).where('state', '=', 'failed').execute();
}

/** Whether anything of a source waits, or failed and may be tried again. */
export async function hasUnread(store: Store, source: string): Promise<boolean> {
  const row = await store.db
    .selectFrom('inbox')
    .select('id')
    .where('state', 'in', ['waiting', 'failed'])
    .where('source', '=', source)
    .limit(1)
    .executeTakeFirst();
  return row !== undefined;
}

/** Sources for which something waits. */
export async function waitingSources(store: Store): Promise<string[]> {
  const rows = await store.db.selectFrom('inbox').select('source').distinct().where('state', '=', 'waiting').orderBy('source').execute();
  return rows.map((row) => row.source);
}

/** Bytes that wait to be read, of all sources and of one. */
export async function waitingBytes(store: Store): Promise<Map<string, number>> {
  const rows = await store.db
    .selectFrom('inbox')
    .select(['source', sql<number>`cast(sum(bytes) as bigint)`.as('bytes')])
    .where('state', 'in', ['waiting', 'failed'])
    .groupBy('source')
    .execute();
  return new Map(rows.map((row) => [row.source, row.bytes]));
}

/** A row without its body. @throws AfferentError `file-gone` */
export async function inboxRow(store: Store, id: string): Promise<ReceiptRow> {
  const row = await store.db.selectFrom('inbox').select(receiptColumns).where('id', '=', id).executeTakeFirst();
  if (!row) throw new AfferentError('file-gone');
  return row;
}

/** The bytes of a row that waits. @throws AfferentError `file-gone` where it was read or erased, `key-gone` */
export async function inboxBody(store: Store, id: string): Promise<Buffer> {
  const row = await store.db.selectFrom('inbox').select(['participant', 'body']).where('id', '=', id).executeTakeFirst();
  if (!row?.body) throw new AfferentError('file-gone');
  return unseal(await store.keys.key(row.participant), `inbox|${id}`, row.body);
}

/**
 * Ends a row whose batch has ended. Once every unit is in the ledger the body goes, and the batch names no arrival that could be
 * counted again; one that failed keeps its body.
 */
export async function settleInbox(store: Store, id: string, batch: string, failed: boolean): Promise<void> {
  await store.db.transaction().execute(async (tx) => {
    if (failed) {
      await tx.updateTable('inbox').set({ state: 'failed', batch, tries: 0 }).where('id', '=', id).execute();
      return;
    }
    await tx.updateTable('inbox').set({ state: 'read', batch, body: null }).where('id', '=', id).execute();
    await tx.updateTable('batch').set({ arrival: null }).where('id', '=', batch).where('state', '=', 'done').execute();
  });
}

/** A receipt and what became of its units. @throws AfferentError `not-found` */
export async function receiptState(store: Store, source: string, id: string): Promise<ReceiptState> {
  const row = await store.db
    .selectFrom('inbox')
    .select(receiptColumns)
    .where('id', '=', id)
    .where('source', '=', source)
    .executeTakeFirst();
  if (!row) throw new AfferentError('not-found');
  const names = ['received', 'stored', 'duplicate', 'quarantined', 'excluded', 'erased'] as const;
  const ledger =
    row.batch === null ? undefined : await store.db.selectFrom('batch').select(names).where('id', '=', row.batch).executeTakeFirst();
  return { ...receiptOf(row), state: row.state, ledger: ledger ?? null };
}
