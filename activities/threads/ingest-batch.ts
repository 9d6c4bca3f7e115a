import { type ErrorCode, toAfferentError } from '../../schema/errors.ts';
import type { ParseContext, Parsed } from '../../schema/source.ts';
import { consentDecision } from '../../src/consent/filter.ts';
import { MASKING_VERSION } from '../../src/consent/mask.ts';
import { readPart } from '../../src/sources/account.ts';
import { sourceKind } from '../../src/sources/index.ts';
import { batchArrival, closeBatch, requireBatch } from '../../src/store/batches.ts';
import { BatchWriter } from '../../src/store/commit.ts';
import { clearDrift, noteDrift } from '../../src/store/drift.ts';
import { addNames } from '../../src/store/names.ts';
import { statedConsent } from '../../src/store/participants.ts';
import { requireSource, sourceSettings } from '../../src/store/sources.ts';
import { withWriterThread } from '../../src/store/writer-thread.ts';
import { openArrival } from './arrival-parts.ts';
import { drainInbox, inboxSource } from './drain-inbox.ts';
import { DriftList } from './drift-list.ts';
import { contentHash } from './find-arrivals.ts';
import type { JobContext } from './jobs.ts';
import { packPart } from './part-facts.ts';

/**
 * Units that are committed together with their ledger and cursor. An index by keyed hash is written almost whole at each commit of a
 * large import: fewer of them write less.
 */
const groupUnits = 20_000;
const groupBytes = 32 * 1024 * 1024;

/** Size of an arrival from which on a thread of its own for the database is worth its start. */
const threadFromBytes = 16 * 1024 * 1024;

/** Codes that end a batch for good: trying again would read the same. */
const final: ReadonlySet<ErrorCode> = new Set([
  'ledger-off',
  'file-gone',
  'ledger-unbalanced',
  'ledger-off',
  'file-gone',
  'bad-mapping',
  'not-this-kind',
  'key-gone',
  'unknown-source',
  'unknown-kind',
]);

/** Reads a batch, or all that waits in a source's inbox. */
export async function ingestBatch(context: JobContext, { batch }: { batch: string }): Promise<{ error: ErrorCode | null }> {
  const source = inboxSource(batch);
  return source === null ? readWhole(context, batch) : drainInbox(context, source, (id) => readWhole(context, id));
}

/** Reads a batch from its cursor to its end. What cannot be read is quarantined; only a defect or a changed file fails the batch. */
async function readWhole(context: JobContext, id: string): Promise<{ error: ErrorCode | null }> {
  try {
    if (await changedMidway(context, id)) {
      // What is stored stays; the new content is another arrival, found at the next run.
      await closeBatch(context.store, id, 'failed', 'file-changed');
      return { error: 'file-changed' };
    }
    const { bytes } = await requireBatch(context.store, id);
    if (bytes < threadFromBytes) await readBatch(context, id);
    else await withWriterThread(context.store, (store) => readBatch({ ...context, store }, id));
    await closeBatch(context.store, id, 'done', null, await isReread(context.store, id));
    return { error: null };
  } catch (thrown) {
    const error = toAfferentError(thrown);
    // An interrupted batch stays open: the next attempt goes on from the cursor, and a cancelled run closes it itself.
    if (!final.has(error.code)) throw thrown;
    await closeBatch(context.store, id, 'failed', error.code);
    return { error: error.code };
  }
}

async function isReread(store: JobContext['store'], id: string): Promise<boolean> {
  const { reading = 0 } = await sourceSettings(store, (await requireBatch(store, id)).source);
  return reading > 0;
}

/** Whether an arrival whose batch was interrupted holds other bytes now than those that the cursor counts. */
async function changedMidway({ store }: JobContext, id: string): Promise<boolean> {
  const batch = await requireBatch(store, id);
  if (batch.state !== 'open' || (batch.cursor_part === 0 && batch.cursor_unit === 0)) return false;
  const source = await requireSource(store, batch.source);
  const arrival = await batchArrival(store, id);
  // What was pushed is named by its content: it cannot become something else.
  if (arrival.form === 'inbox') return false;
  const { hash } = await contentHash(sourceKind(source.kind), arrival);
  return store.secrets.study(source.study)('bytes', hash) !== batch.content_key;
}

async function readBatch({ store, progress, checkCancelled }: JobContext, id: string): Promise<void> {
  const batch = await requireBatch(store, id);
  if (batch.state !== 'open') return;
  const source = await requireSource(store, batch.source);
  const settings = await sourceSettings(store, batch.source);
  const arrival = await batchArrival(store, id);
  const kind = sourceKind(source.kind);
  const { consent, stated } = await statedConsent(store, source.participant);
  const owner = {
    study: source.study,
    participant: source.participant,
    source: source.id,
    batch: id,
    kind: source.kind,
    key: await store.keys.key(source.participant),
    hash: store.secrets.study(source.study),
  };
  const judged = { consent: (item: Parsed) => consentDecision(consent, item), stated };
  const writer = new BatchWriter(store, owner, { maskingVersion: MASKING_VERSION, ...judged });
  const drift = new DriftList();
  const names: string[] = [];
  const { parts, arrivedMs } = await openArrival(store, kind, arrival);
  const parse: ParseContext = {
    mapping: settings.mapping,
    zone: settings.zone,
    account: settings.account,
    arrivedMs,
    drift: (change) => drift.add(change),
    names: (list) => names.push(...list),
  };
  let done = batch.received;
  for (const part of parts.slice(batch.cursor_part)) {
    const skipUnits = part.index === batch.cursor_part ? batch.cursor_unit : 0;
    // One group is being written while the next is read and sealed.
    let written: Promise<unknown> = Promise.resolve();
    try {
      const take = (item: Parsed, unit: number) => writer.take(part.index, item, unit);
      for await (const group of readPart(kind, part, parse, { groupUnits, groupBytes, skipUnits, progress: checkCancelled, take })) {
        checkCancelled();
        const { unitsBefore: firstUnit, counted, items } = group;
        const next = writer.commit({ part: part.index, firstUnit, counted, items, facts: () => packPart(part, arrivedMs) });
        next.catch(() => {}); // told where it is waited for
        await written;
        written = next.then(() => {
          done += counted;
          progress(done);
        });
        written.catch(() => {});
      }
      await written;
    } finally {
      await writer.idle();
    }
    // Before the cursor passes the part: a reading that begins behind it does not see them again.
    await addNames(store, owner, names.splice(0));
    await noteDrift(store, owner, kind.manifest.version, drift.take());
    await writer.endPart(part.index);
  }
  await clearDrift(store, source.id, kind.manifest.version);
}
