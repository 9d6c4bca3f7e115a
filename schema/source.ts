import type { Readable } from 'node:stream';
import type { ErrorCode } from './errors.ts';
import type { RegularBlock, Sample, StoredRecord } from './records.ts';

/**
 * The contract of a source kind: bytes in, accounted units out.
 *
 * A path leads to arrivals (one export each: a file, a zip, a folder); an arrival has parts in a fixed
 * order (the file, entries of the zip, files of the folder). Each part that the kind reads is opened as a
 * stream; every chunk goes to a `counter`, which counts the source's own units and knows nothing of
 * their fate, and through `parse`, which says what each unit is. Both speak of positions in the
 * same stream, so at every commit the store compares what was counted with what was accounted for.
 * A part that the kind does not read counts as one unit, excluded as `file-not-used`.
 */
export interface SourceKind {
  manifest: SourceManifest;
  /** Arrivals at a path, sorted by path. An empty list when there is nothing (yet). */
  arrivals(path: string): Promise<Arrival[]>;
  /** Parts of an arrival in a fixed order. Throws AfferentError where the container itself cannot be read. */
  parts(arrival: Arrival): Promise<Part[]>;
  /** A fresh counter for one part. */
  counter(part: Part): UnitCounter;
  /** Units of a part, in the order of the stream; `chunks` is the very stream that the counter sees. */
  parse(part: Part, chunks: AsyncIterable<Buffer>, context: ParseContext): AsyncIterable<Parsed>;
}

export interface SourceManifest {
  kind: string;
  title: string;
  /** What one unit is, in words, for the ledger's reader. */
  unit: string;
  /** What comes out. */
  yields: ('post' | 'event' | 'self-report' | 'series')[];
  /** Whether the lab declares which fields mean what (`--map`). */
  mapped: boolean;
  /** In what form the makers hand the same export out that is not read, often by default. */
  unreadForm?: string;
  /** Raises whenever the parser's output for the same bytes changes. */
  version: number;
  /** Content types that a device may push, and what streams bring, each with the role of the part that it becomes. */
  pushes?: Readonly<Record<string, string>>;
}

export interface Arrival {
  /** Absolute path of the file or folder; of what was pushed, the id of its row. */
  path: string;
  form: 'file' | 'zip' | 'folder' | 'inbox';
}

export interface Part {
  /** Number within its arrival, from 0. */
  index: number;
  /** Name inside the arrival; outside text, so it is stored encrypted and never logged. */
  name: string;
  /** What the kind makes of it (its own word, such as `tweets` or `bvp`), or null when it does not read it. */
  role: string | null;
  /** Size in bytes, where known before reading. */
  bytes: number | null;
  /** An empty part is nothing unusual here (a recording without marks); elsewhere it is quarantined as one unit. */
  mayBeEmpty?: boolean;
  open(): Promise<Readable>;
}

/** Counts units from bytes alone. */
export interface UnitCounter {
  push(chunk: Buffer): void;
  end(): void;
  /** Takes out and counts the units that end at or before this position of the stream. */
  takeUntil(position: number): number;
}

export interface ParseContext {
  /** Which outside field is `id`, `time`, `text`…, for mapped kinds. */
  mapping: Readonly<Record<string, string>>;
  /** Declared zone of the source (`Europe/Berlin`), for times that state none. */
  zone: string | null;
  /** Account or device that the source belongs to, where the lab declared one; else null. */
  account: string | null;
  /** Arrival's modification time, UTC ms: times more than a day later are not believed. */
  arrivedMs: number;
  /** Called with the names of fields or elements that the parser does not know; outside names. */
  drift(change: DriftChange): void;
  /** Called with names of people that the export itself lists (contacts, members of chats); stored sealed, masked in the view of texts. */
  names?(names: readonly string[]): void;
}

export interface DriftChange {
  /** `assumed`: no change, but what a file leaves open and the parser has decided over the whole of it. */
  kind: 'unknown-field' | 'missing-field' | 'changed-type' | 'changed-unit' | 'assumed';
  /** Outside name; stored encrypted, shown hashed to those who may not see it. What was assumed is in words of our own, which all may see. */
  name: string;
}

/**
 * What must stand around a unit's bytes so that a stream of it alone is read as it was in its file: a header, the brackets
 * of its list. A quarantined unit without a frame cannot be replayed.
 */
export interface Frame {
  before: Buffer;
  after: Buffer;
  /** Units that stand in `before`. */
  units?: number;
  /** Where the bytes in their frame hold several units (answers of a row, totals behind samples): how many, and which this is, from 0. */
  among?: number;
  at?: number;
}

/** Which record a unit would be, where its id could be read though the unit could not: its source may take that back. */
export interface RecordName {
  type: StoredRecord['type'];
  recordId: string;
}

/** What became of one unit, or of a run of alike units. */
export type Parsed = {
  /** How many units it accounts for. */
  units: number;
  /** Position in the part's stream just after its last unit; never less than the one before. */
  end: number;
  /** Local day, or null where it cannot be known. */
  day: string | null;
} /**
 * `exported`: when the export was made that states it, ISO, where the record has no version of its own. The same in two exports is one
 * record; of two that differ, what the later export says is the newest.
 */ & (
  | { is: 'record'; record: StoredRecord; exported?: string | null }
  | { is: 'sample'; sample: Sample }
  | { is: 'block'; block: RegularBlock }
  | { is: 'quarantined'; reason: ErrorCode; raw: Buffer; field?: string; frame?: Frame; of?: RecordName }
  | { is: 'excluded'; reason: ExclusionReason }
  /** The source took a record back: its versions up to `at` are erased, and never stored again. The unit itself is counted as excluded. */
  | { is: 'deletion'; type: StoredRecord['type']; recordId: string; at: string }
);

/** What consent is asked about: of a block its place and the number of its samples, not their values. */
export type Judged =
  | Exclude<Parsed, { is: 'block' }>
  | (Omit<Extract<Parsed, { is: 'block' }>, 'block'> & { block: Omit<RegularBlock, 'values'> });

/** Why something must not be kept; only counted. */
export const exclusionReasons = [
  'file-not-used',
  'not-collected',
  'repost',
  'other-person',
  'direct-message',
  'identity',
  'no-consent-kind',
  'no-consent-audience',
  'before-consent',
  'after-consent',
  'empty',
  'deletion',
] as const;
export type ExclusionReason = (typeof exclusionReasons)[number];
