import { createHash } from 'node:crypto';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { gunzipSync, gzipSync } from 'node:zlib';
import { migrations } from '../../../migrations/index.ts';
import type { BackupManifest } from '../backup-format.ts';

/** What steps added that a backup of an earlier one does not have. */
const added: Readonly<Record<string, { tables?: string[]; columns?: Record<string, string[]> }>> = {
  '20261123T2200_streams': { tables: ['device', 'feed', 'inbox', 'deletion'] },
  '20261123T2230_quarantine_and_names': { tables: ['quarantine_part', 'listed_name'], columns: { quarantine: ['frame'] } },
  '20261124T0100_restatements_and_lapses': { tables: ['restatement', 'feed_lapse'], columns: { quarantine: ['record_key'] } },
  '20261129T2300_content_stated_again': { columns: { record: ['stated_until'] } },
  '20261130T0900_signal_tables': { tables: ['signal_table', 'stream_state'], columns: { study: ['models'], run_input: ['tables'] } },
};

/** Makes a backup look as one of the version whose last step this was: takes out the tables and columns of later ones. */
export function writtenAtStep(folder: string, step: string): void {
  const path = join(folder, 'manifest.json');
  const manifest = JSON.parse(readFileSync(path, 'utf8')) as BackupManifest;
  const names = Object.keys(migrations);
  const later = names.slice(names.indexOf(step) + 1).map((name) => added[name] ?? {});
  const gone = later.flatMap(({ tables = [] }) => tables);
  const columns = (table: string) => later.flatMap((one) => one.columns?.[table] ?? []);
  const tables = manifest.tables
    .filter(({ name }) => !gone.includes(name))
    .map((table) => {
      const taken = columns(table.name);
      if (taken.length === 0) return table;
      const rows = linesOf(folder, table.name).map((line) => {
        const row = JSON.parse(line) as Record<string, unknown>;
        return `${JSON.stringify(Object.fromEntries(Object.entries(row).filter(([column]) => !taken.includes(column))))}\n`;
      });
      const packed = gzipSync(rows.join(''));
      writeFileSync(join(folder, `${table.name}.ndjson.gz`), packed);
      return { ...table, sha256: createHash('sha256').update(packed).digest('hex') };
    });
  writeFileSync(path, JSON.stringify({ ...manifest, step, tables }));
}

/** Rows of a table in a backup, as JSON. */
export function linesOf(folder: string, table: string): string[] {
  const text = gunzipSync(readFileSync(join(folder, `${table}.ndjson.gz`))).toString();
  return text === '' ? [] : text.trimEnd().split('\n');
}
