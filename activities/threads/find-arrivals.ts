import { createHash, type Hash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { stat } from 'node:fs/promises';
import { AfferentError } from '../../schema/errors.ts';
import type { Arrival, SourceKind } from '../../schema/source.ts';
import { partsOf } from '../../src/sources/account.ts';
import { sourceKind } from '../../src/sources/index.ts';
import { openBatch, unchangedArrival } from '../../src/store/batches.ts';
import { hasUnread } from '../../src/store/inbox.ts';
import { isPushed, requireSource, sourceSettings } from '../../src/store/sources.ts';
import { inboxBatch } from './drain-inbox.ts';
import type { JobContext } from './jobs.ts';

/** Batches that one run of the workflow reads before it goes on as a new one. */
const mostBatches = 200;

/**
 * Opens a batch for whatever has arrived at a source and was not read to its end.
 * @param args.since when this chain of runs began (ISO): what failed since then is not tried again in it
 */
export async function findArrivals(
  context: JobContext,
  { source: id, since }: { source: string; since: string },
): Promise<{ batches: string[]; more: boolean }> {
  const { store } = context;
  const source = await requireSource(store, id);
  const { path, reading } = await sourceSettings(store, id);
  const kind = sourceKind(source.kind);
  const batches: string[] = [];
  for (const arrival of await arrivalsAt(kind, path)) {
    context.checkCancelled();
    const { bytes, modifiedMs } = await extent(kind, arrival);
    if (modifiedMs !== null && (await unchangedArrival(store, source, arrival, bytes, modifiedMs, reading))) continue;
    if (batches.length === mostBatches) return { batches, more: true };
    const { hash, parts } = await contentHash(kind, arrival);
    const batch = await openBatch(store, source, arrival, hash, bytes, parts, since, reading);
    if (batch.state === 'open') batches.push(batch.id);
    context.progress(batches.length);
  }
  if (await hasUnread(store, id)) batches.push(inboxBatch(id));
  return { batches, more: false };
}

/** @throws AfferentError `bad-path` */
async function arrivalsAt(kind: SourceKind, path: string): Promise<Arrival[]> {
  if (isPushed(path)) return [];
  await stat(path).catch(() => {
    throw new AfferentError('bad-path');
  });
  return kind.arrivals(path);
}

/** Size and last modification of an arrival; a folder has no such time, so its files are always read for changes. */
async function extent(kind: SourceKind, arrival: Arrival): Promise<{ bytes: number; modifiedMs: number | null }> {
  const { size, mtimeMs } = await stat(arrival.path);
  if (arrival.form !== 'folder') return { bytes: size, modifiedMs: mtimeMs };
  const parts = await partsOf(kind, arrival);
  return { bytes: parts.reduce((sum, part) => sum + (part.bytes ?? 0), 0), modifiedMs: null };
}

/** sha256 over the bytes of a file, or over names and bytes of a folder's parts. */
export async function contentHash(kind: SourceKind, arrival: Arrival): Promise<{ hash: string; parts: number }> {
  const hash = createHash('sha256');
  const parts = await partsOf(kind, arrival);
  if (arrival.form === 'folder') {
    for (const part of parts) {
      hash.update(`${part.name}\0`);
      await feed(hash, await part.open().catch(() => null));
    }
  } else await feed(hash, createReadStream(arrival.path));
  return { hash: hash.digest('hex'), parts: parts.length };
}

/** A part that cannot be read to its end is hashed as far as it goes; reading it says what is wrong. */
async function feed(hash: Hash, stream: AsyncIterable<Buffer> | null): Promise<void> {
  if (stream === null) return;
  try {
    for await (const chunk of stream) hash.update(chunk);
  } catch {
    hash.update('broken');
  }
}
