import { readFile } from 'node:fs/promises';
import { parse } from 'csv-parse/sync';
import type { Download } from 'playwright-core';

/** Rows of a CSV that the browser saved, by column. */
export async function rowsOf(download: Download): Promise<Record<string, string>[]> {
  return parse(await readFile(await download.path()), { columns: true, bom: true });
}
