import type { Entry } from './container.ts';

const MAX_BYTES = 1024 * 1024;

/** Text of a small file that says something about the others; null where it cannot be read, is large, or is no UTF-8. */
export async function textOfEntry(entry: Entry): Promise<string | null> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  try {
    for await (const chunk of (await entry.open()) as AsyncIterable<Buffer>) {
      chunks.push(chunk);
      bytes += chunk.length;
      if (bytes > MAX_BYTES) return null;
    }
    return new TextDecoder('utf-8', { fatal: true }).decode(Buffer.concat(chunks));
  } catch {
    // The file is accounted for where its own turn comes; here it is only of no help.
    return null;
  }
}
