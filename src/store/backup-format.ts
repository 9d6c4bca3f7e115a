import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { z } from 'zod';
import type { Tables } from './tables.ts';

/**
 * A backup is a folder: `manifest.json`, one `<table>.ndjson.gz` for each table, and `models/`, the models that runs used.
 * A row is a JSON object; bytes are `{"base64": …}`. Rows are sealed as they are in the store, and keys are not in it.
 */
export const backupFormat = 1;

/** Tables in an order in which every row finds those it refers to, and the columns that order the rows of each. */
export const backupTables: readonly (readonly [keyof Tables, ...string[]])[] = [
  ['meta', 'key'],
  ['study', 'id'],
  ['participant', 'id'],
  ['source', 'id'],
  ['batch', 'id'],
  ['ledger', 'batch', 'day'],
  ['outcome_reason', 'batch', 'outcome', 'reason'],
  ['drift', 'source', 'kind', 'name_key'],
  ['record', 'id'],
  ['series', 'id'],
  ['quarantine', 'id'],
  ['quarantine_part', 'batch', 'part'],
  ['listed_name', 'participant', 'name_key'],
  ['signal_table', 'id'],
  ['stream_state', 'participant', 'model'],
  ['device', 'id'],
  ['feed', 'id'],
  ['inbox', 'id'],
  ['deletion', 'source', 'record_key'],
  ['restatement', 'source', 'record_key', 'number'],
  ['feed_lapse', 'source', 'from_at'],
  ['model', 'id'],
  // A rerun has a later number than the run it refers to.
  ['run', 'study', 'number'],
  ['run_input', 'run', 'ordinal'],
  ['score', 'id'],
  ['decision', 'id'],
  ['alert', 'id'],
  ['alert_score', 'alert', 'score'],
  ['alert_event', 'alert', 'number'],
  ['rating', 'id'],
  ['watch', 'study'],
  ['account', 'name'],
  ['role', 'account', 'study', 'role'],
  ['audit', 'number'],
];

/** Tables that are left out: whoever was signed in signs in again. */
export const unbackedTables: readonly (keyof Tables)[] = ['session', 'sign_in_link'];

const Sha256 = z.string().regex(/^[0-9a-f]{64}$/);

export const BackupManifest = z.object({
  format: z.literal(backupFormat),
  /** Last migration step of the store. */
  step: z.string(),
  madeAt: z.string(),
  /** Proves which key file opens it. */
  keyCheck: z.string(),
  tables: z.array(z.object({ name: z.string(), rows: z.int().nonnegative(), sha256: Sha256 })),
  models: z.array(z.object({ path: z.string(), sha256: Sha256 })),
  /** Those who had withdrawn by then, as keyed hashes. */
  erasures: z.array(z.object({ study: z.string(), tombstone: z.string() })),
  /** How often each consent had been replaced and applied by then, at the least; earlier versions did not know. */
  consents: z.array(z.object({ participant: z.string(), number: z.int(), applied: z.int() })).default([]),
});
export type BackupManifest = z.infer<typeof BackupManifest>;

export type Cell = string | number | null | Buffer;
export type Row = Record<string, Cell>;

export function encodeRow(row: Row): string {
  const cells = Object.entries(row).map(([name, cell]) => [name, Buffer.isBuffer(cell) ? { base64: cell.toString('base64') } : cell]);
  // Readers of lines take these two for ends of lines; in JSON they may be written as escapes.
  const json = JSON.stringify(Object.fromEntries(cells)).replaceAll('\u2028', '\\u2028').replaceAll('\u2029', '\\u2029');
  return `${json}\n`;
}

export function decodeRow(line: string): Row {
  const cells = Object.entries(JSON.parse(line) as Record<string, string | number | null | { base64: string }>);
  return Object.fromEntries(
    cells.map(([name, cell]) => [name, cell !== null && typeof cell === 'object' ? Buffer.from(cell.base64, 'base64') : cell]),
  );
}

/** sha256 (hex) of a file, read as a stream. */
export async function fileSha256(path: string): Promise<string> {
  const hash = createHash('sha256');
  for await (const piece of createReadStream(path)) hash.update(piece as Buffer);
  return hash.digest('hex');
}
