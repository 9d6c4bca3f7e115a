import type { Entry } from './container.ts';

const HEAD_BYTES = 64 * 1024;

/** The beginning of an entry as text, up to 64 KiB; what can be read of it where it breaks. */
export async function headOf(entry: Entry): Promise<string> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  try {
    for await (const chunk of (await entry.open()) as AsyncIterable<Buffer>) {
      chunks.push(chunk);
      bytes += chunk.length;
      if (bytes >= HEAD_BYTES) break;
    }
  } catch {
    // Why it breaks is told when the part is read.
  }
  return Buffer.concat(chunks).subarray(0, HEAD_BYTES).toString('utf8');
}
