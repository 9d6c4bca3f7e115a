import type { Entry } from './container.ts';

const MAX_SMALL_BYTES = 1024 * 1024;

/**
 * The value of a small JSON file that says something about an archive, or undefined where it is too large or cannot be
 * read: the part itself is accounted for when its turn comes, here it is only of no help.
 * @param bare makes JSON of the file's text
 */
export async function smallJson(entry: Entry, bare: (text: string) => string = (text) => text): Promise<unknown> {
  if (entry.refused !== null) return undefined;
  try {
    const chunks: Buffer[] = [];
    let bytes = 0;
    for await (const chunk of (await entry.open()) as AsyncIterable<Buffer>) {
      chunks.push(chunk);
      bytes += chunk.length;
      if (bytes > MAX_SMALL_BYTES) return undefined;
    }
    return JSON.parse(bare(Buffer.concat(chunks).toString('utf8')));
  } catch {
    return undefined;
  }
}
