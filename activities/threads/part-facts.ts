import { Readable } from 'node:stream';
import { deserialize, serialize } from 'node:v8';
import type { Part } from '../../schema/source.ts';

/** Larger facts are not kept: they are more than what an export says of itself. */
const most = 256 * 1024;

/** What a part was to its parser, without its bytes: name, role, and what the kind knows of the export around it. */
export interface PartFacts {
  part: Omit<Part, 'open'>;
  arrivedMs: number;
}

/** Facts of a part as bytes, or null where they cannot be kept. */
export function packPart({ open: _, ...part }: Part, arrivedMs: number): Buffer | null {
  try {
    const bytes = serialize({ part, arrivedMs } satisfies PartFacts);
    return bytes.length > most ? null : bytes;
  } catch {
    // A kind that hangs functions on its parts does not have its units replayed.
    return null;
  }
}

/** The part again, with these bytes as its stream. */
export function partOf(facts: Buffer): { part: (bytes: Buffer) => Part; arrivedMs: number } {
  const { part, arrivedMs } = deserialize(facts) as PartFacts;
  const opened = (bytes: Buffer) => async () => Readable.from([bytes], { objectMode: true });
  return { part: (bytes) => ({ ...part, bytes: bytes.length, open: opened(bytes) }), arrivedMs };
}
