import { AfferentError } from '../../../schema/errors.ts';

/**
 * The stream as UTF-8 without a byte order mark. UTF-16 is known by its mark or by a zero byte beside the
 * first character. Anything else passes as it is: parsers judge each unit's bytes for themselves.
 * Throws `bad-encoding` at UTF-16 that is not well formed, and at UTF-32.
 */
export async function* decodeToUtf8(chunks: AsyncIterable<Buffer>): AsyncGenerator<Buffer> {
  let head: Buffer | null = Buffer.alloc(0);
  let decoder: TextDecoder | null = null;
  for await (const chunk of chunks) {
    let bytes = chunk;
    if (head !== null) {
      head = head.length === 0 ? chunk : Buffer.concat([head, chunk]);
      if (head.length < 4) continue;
      ({ bytes, decoder } = begin(head));
      head = null;
    }
    yield* pass(bytes, decoder, true);
  }
  if (head !== null && head.length > 0) {
    let bytes: Buffer;
    ({ bytes, decoder } = begin(head));
    yield* pass(bytes, decoder, true);
  }
  if (decoder !== null) yield* pass(Buffer.alloc(0), decoder, false);
}

function begin(head: Buffer): { bytes: Buffer; decoder: TextDecoder | null } {
  const [a, b, c, d] = head;
  if (a === 0xef && b === 0xbb && c === 0xbf) return { bytes: head.subarray(3), decoder: null };
  if ((a === 0xff && b === 0xfe && c === 0 && d === 0) || (a === 0 && b === 0)) throw new AfferentError('bad-encoding');
  if (a === 0xff && b === 0xfe) return { bytes: head.subarray(2), decoder: utf16('utf-16le') };
  if (a === 0xfe && b === 0xff) return { bytes: head.subarray(2), decoder: utf16('utf-16be') };
  if (b === 0 && d === 0) return { bytes: head, decoder: utf16('utf-16le') };
  if (a === 0 && c === 0) return { bytes: head, decoder: utf16('utf-16be') };
  return { bytes: head, decoder: null };
}

function utf16(encoding: string): TextDecoder {
  return new TextDecoder(encoding, { fatal: true, ignoreBOM: true });
}

function* pass(bytes: Buffer, decoder: TextDecoder | null, stream: boolean): Generator<Buffer> {
  if (decoder === null) {
    if (bytes.length > 0) yield bytes;
    return;
  }
  let text: string;
  try {
    text = decoder.decode(bytes, { stream });
  } catch {
    throw new AfferentError('bad-encoding');
  }
  if (text !== '') yield Buffer.from(text, 'utf8');
}
