import { isUtf8 } from 'node:buffer';
import type { Parsed } from '../../../schema/source.ts';
import type { JsonPath } from './document-paths.ts';
import { type DocumentEnd, type JsonUnit, JsonUnitSlicer } from './document-units.ts';
import type { DriftOnce } from './drift.ts';
import { MAX_UNIT_BYTES } from './limits.ts';
import { bad, type Outcome, settled } from './outcome.ts';
import { quarantined } from './quarantine.ts';
import { isBlank, PendingBytes } from './unit.ts';

export type Fields = Readonly<Record<string, unknown>>;

const endReasons = {
  'no-document': 'not-this-kind',
  'no-array': 'wrong-shape',
  'cut-off': 'part-unreadable',
  'followed-by-more': 'wrong-shape',
} as const satisfies Record<Exclude<DocumentEnd, 'whole'>, string>;

/** What becomes of each element of the arrays at `paths`. Containers to which no path leads are reported as drift. */
export async function* readDocument(
  chunks: AsyncIterable<Buffer>,
  paths: readonly JsonPath[],
  drift: DriftOnce,
  settle: (value: unknown, unit: JsonUnit) => Outcome,
): AsyncGenerator<Parsed> {
  const slicer = new JsonUnitSlicer(paths);
  for await (const chunk of chunks) {
    for (const unit of slicer.push(chunk))
      yield settled(
        unit,
        unitOutcome(unit, (value) => settle(value, unit)),
      );
  }
  for (const name of slicer.unread) drift.note('unknown-field', name);
  const { how, rest } = slicer.end();
  if (how !== 'whole') yield quarantined(rest, endReasons[how]);
}

/** What becomes of a file that is one small JSON document, and one unit. */
export async function* readWhole(chunks: AsyncIterable<Buffer>, settle: (value: unknown) => Outcome): AsyncGenerator<Parsed> {
  const pending = new PendingBytes(MAX_UNIT_BYTES);
  let position = 0;
  let blank = true;
  for await (const chunk of chunks) {
    pending.add(chunk);
    position += chunk.length;
    blank &&= isBlank(chunk);
  }
  const unit = pending.take(Buffer.alloc(0), position);
  if (!blank) yield settled(unit, unitOutcome(unit, settle));
}

/** What becomes of a unit that should be JSON. */
export function unitOutcome({ bytes, tooLong }: { bytes: Buffer; tooLong: boolean }, settle: (value: unknown) => Outcome): Outcome {
  if (tooLong) return bad('line-too-long');
  if (!isUtf8(bytes)) return bad('bad-encoding');
  let value: unknown;
  try {
    value = JSON.parse(bytes.toString('utf8'));
  } catch {
    return bad('not-json');
  }
  return settle(value);
}

export function isFields(value: unknown): value is Fields {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
