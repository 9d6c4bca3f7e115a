import { stat } from 'node:fs/promises';
import { Readable } from 'node:stream';
import { AfferentError } from '../../schema/errors.ts';
import type { Arrival, Part, SourceKind } from '../../schema/source.ts';
import { pushMedia } from '../../schema/streams.ts';
import { partsOf } from '../../src/sources/account.ts';
import { inboxBody, inboxRow } from '../../src/store/inbox.ts';
import type { Store } from '../../src/store/open.ts';

/** Size of the pieces in which what was pushed goes through counter and parser. */
const chunkBytes = 256 * 1024;

/** The parts of an arrival, wherever it lies, and when it arrived (UTC ms). @throws AfferentError `file-gone`, `key-gone` */
export async function openArrival(store: Store, kind: SourceKind, arrival: Arrival): Promise<{ parts: Part[]; arrivedMs: number }> {
  if (arrival.form === 'inbox') return pushedParts(store, kind, arrival.path);
  const { mtimeMs } = await stat(arrival.path).catch(() => {
    throw new AfferentError('file-gone');
  });
  return { parts: await partsOf(kind, arrival), arrivedMs: mtimeMs };
}

/** What was pushed is one part: its content type says which of the kind's. */
async function pushedParts(store: Store, kind: SourceKind, id: string): Promise<{ parts: Part[]; arrivedMs: number }> {
  const { media, bytes, received_ms } = await inboxRow(store, id);
  const body = await inboxBody(store, id);
  // JSON is one value after another, or an array of them.
  const isArray = media === pushMedia.json && /^\s*\[/.test(body.toString('latin1', 0, 1024));
  const role = kind.manifest.pushes?.[isArray ? `${media}[]` : media];
  if (role === undefined) throw new AfferentError('not-this-kind');
  const open = async () => Readable.from(chunksOf(body), { objectMode: true, highWaterMark: 1 });
  return { parts: [{ index: 0, name: '', role, bytes, open }], arrivedMs: received_ms };
}

function* chunksOf(body: Buffer): Generator<Buffer> {
  for (let at = 0; at < body.length; at += chunkBytes) yield body.subarray(at, at + chunkBytes);
}
