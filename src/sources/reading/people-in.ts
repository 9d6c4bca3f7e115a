import type { Entry } from './container.ts';
import { DriftOnce } from './drift.ts';
import { RowSlicer } from './rows.ts';
import { Table, type TableShape } from './tables.ts';

const SILENT = new DriftOnce({ mapping: {}, zone: null, account: null, arrivedMs: 0, drift: () => {} });

/** Whose rows a table holds by the column that says so, as far as the second one. */
export async function peopleIn(entry: Entry, column: string, shape: TableShape): Promise<ReadonlySet<string>> {
  const people = new Set<string>();
  const slicer = new RowSlicer();
  const table = new Table(shape, SILENT);
  for await (const chunk of bytesOf(entry)) {
    for (const [, row] of table.rows(slicer.push(chunk))) {
      const person = (row as Readonly<Record<string, unknown>>)[column];
      if (typeof person === 'string' && person !== '') people.add(person);
    }
    if (people.size > 1) break;
  }
  return people;
}

/** What cannot be opened or breaks fails where the part itself is read. */
export async function* bytesOf(entry: Entry): AsyncGenerator<Buffer> {
  try {
    yield* (await entry.open()) as AsyncIterable<Buffer>;
  } catch {
    return;
  }
}
