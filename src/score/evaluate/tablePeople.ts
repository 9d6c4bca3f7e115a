import { AfferentError } from '../../../schema/errors.ts';
import type { Head } from '../../../schema/heads.ts';
import { delimiterOf, parseRows } from '../../sources/reading/csv-rows.ts';
import { RowSlicer } from '../../sources/reading/rows.ts';
import { momentFrom } from '../../sources/reading/time.ts';
import type { Unit } from '../../sources/reading/unit.ts';
import { notThisInput } from '../rowError.ts';
import { cellsOf, longestRow, personColumns, personOf, placeOf, type TableForm } from '../signalTable.ts';
import type { Asides } from './asides.ts';
import { statesTruth, type Truth, truthOf } from './truth.ts';

/** A row that says something of a head. */
export interface LabelledRow {
  /** Number of the row in the file, the header's being 1. */
  row: number;
  /** When its step begins; null where its time cannot be read. */
  startMs: number | null;
  truths: ReadonlyMap<string, Truth>;
}

/** The rows of one person as they stand, and those of them with a label. */
export interface Person {
  rows: { row: number; bytes: Buffer }[];
  labelled: LabelledRow[];
}

export interface TablePeople {
  header: Buffer;
  people: Map<string | null, Person>;
  /** Rows with a label that none of the heads knows. */
  unknownLabels: number;
}

interface Header {
  bytes: Buffer;
  delimiter: string;
  columns: string[];
  who: number | null;
  when: number | null;
}

/**
 * Rows of a table by whom they are of. A row of which that cannot be known is set aside: it may be anybody's.
 * @param field column of the label, where it has another name than the head
 * @throws AfferentError `not-this-kind` where there is no row, `line-too-long` of the header
 */
export async function tablePeople(
  bytes: AsyncIterable<Buffer>,
  form: TableForm,
  heads: readonly Head[],
  aside: Asides,
  field?: string,
): Promise<TablePeople> {
  const slicer = new RowSlicer(longestRow);
  const people = new Map<string | null, Person>();
  let header: Header | null = null;
  let unknownLabels = 0;
  let row = 0;
  const read = ({ bytes, tooLong }: Unit): void => {
    row += 1;
    if (header === null) {
      if (tooLong) throw new AfferentError('line-too-long', { unit: 0 });
      header = headerOf(bytes, form);
      return;
    }
    const { delimiter, columns, who, when } = header;
    const cells = tooLong ? null : cellsOf(bytes.toString('utf8'), delimiter, columns.length);
    const name = who === null ? null : personOf(cells?.[who]);
    if (cells === null || name === '') {
      aside.row(tooLong ? 'line-too-long' : cells === null ? 'not-csv' : 'no-id', row);
      return;
    }
    const person = people.get(name) ?? { rows: [], labelled: [] };
    people.set(name, person);
    person.rows.push({ row, bytes });
    const values = Object.fromEntries(columns.map((column, k) => [column, cells[k] ?? '']));
    const truths = new Map(heads.flatMap((head) => named(head, truthOf(head, values, field))));
    if (truths.size === 0) {
      if (heads.some((head) => statesTruth(head, values, field))) unknownLabels += 1;
      return;
    }
    const at = when === null ? null : momentFrom(cells[when] ?? '', null);
    person.labelled.push({ row, startMs: at === null ? null : form.startOf(at), truths });
  };
  for await (const chunk of bytes) for (const unit of slicer.push(chunk)) read({ ...unit, bytes: Buffer.from(unit.bytes) });
  for (const unit of slicer.end()) read(unit);
  if (header === null) throw notThisInput();
  return { header: (header as Header).bytes, people, unknownLabels };
}

function headerOf(bytes: Buffer, form: TableForm): Header {
  const text = bytes.toString('utf8');
  const delimiter = delimiterOf(text);
  const columns = parseRows([text], delimiter)[0]?.map((name) => name.trim().toLowerCase()) ?? [];
  return { bytes, delimiter, columns, who: placeOf(columns, personColumns), when: placeOf(columns, form.time) };
}

function named(head: Head, truth: Truth | null): [string, Truth][] {
  return truth === null ? [] : [[head.name, truth]];
}
