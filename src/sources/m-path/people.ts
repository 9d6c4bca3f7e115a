import type { Entry } from '../reading/container.ts';
import { DriftOnce } from '../reading/drift.ts';
import { RowSlicer } from '../reading/rows.ts';
import { Table } from '../reading/tables.ts';
import { shape } from './columns.ts';

const SILENT = new DriftOnce({ mapping: {}, zone: null, account: null, arrivedMs: 0, drift: () => {} });

/** Whether a file explains the columns of another: its first one is `columnName`. */
export async function isMeta(entry: Entry): Promise<boolean> {
  for await (const chunk of bytesOf(entry)) return /^"?columnName"?[;,]/.test(chunk.toString('latin1', 0, 100));
  return false;
}

/** Whose beeps a file holds, as far as the second one. */
export async function peopleIn(entry: Entry): Promise<ReadonlySet<string>> {
  const people = new Set<string>();
  const slicer = new RowSlicer();
  const table = new Table(shape, SILENT);
  for await (const chunk of bytesOf(entry)) {
    for (const [, row] of table.rows(slicer.push(chunk))) {
      if ('connectionId' in row && typeof row.connectionId === 'string' && row.connectionId !== '') people.add(row.connectionId);
    }
    if (people.size > 1) break;
  }
  return people;
}

/** What cannot be opened or breaks fails where the part itself is read. */
async function* bytesOf(entry: Entry): AsyncGenerator<Buffer> {
  try {
    yield* (await entry.open()) as AsyncIterable<Buffer>;
  } catch {
    return;
  }
}
