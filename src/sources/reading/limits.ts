const KiB = 1024;
const MiB = 1024 * KiB;
const GiB = 1024 * MiB;

/** Longest line, CSV row or JSON array element that is read; a longer one is quarantined. */
export const MAX_UNIT_BYTES = 4 * MiB;
/** Longest XML child of the root that is read: an old workout carries its whole route. */
export const MAX_ELEMENT_BYTES = 32 * MiB;
/** How much of an over-long unit is kept for whoever looks into the quarantine. */
export const KEPT_OF_TOO_LONG = 64 * KiB;
/** How far into a file its root element or array must begin. */
export const MAX_PROLOG_BYTES = MiB;

/** Unpacked against packed size; exports of text reach about 40, rows of zeros several hundred. */
export const MAX_RATIO = 300;
/** Below this unpacked size no ratio is suspicious. */
export const RATIO_FROM_BYTES = 64 * MiB;
export const MAX_PART_BYTES = 32 * GiB;
export const MAX_ARCHIVE_BYTES = 64 * GiB;
export const MAX_ENTRIES = 500_000;
/** Depth of folders below a given path. */
export const MAX_FOLDER_DEPTH = 16;

/** Size of the pieces in which files are read. */
export const CHUNK_BYTES = 256 * KiB;

/** A time this much later than the export or its arrival is not believed. */
export const FUTURE_SLACK_MS = 86_400_000;

/** Objects within one another whose values are taken: makers nest three or four, a damaged file as many as make a stack overflow. */
export const MAX_NESTING = 16;
