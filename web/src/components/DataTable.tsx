import { type ColumnDef, tableFeatures, useTable } from '@tanstack/react-table';
import { type ReactNode, useMemo } from 'react';
import './data-table.css';

export interface Column<Row> {
  id: string;
  header: string;
  cell: (row: Row) => ReactNode;
  /** Name by which the console sorts; absent where a column cannot be sorted by. */
  sort?: string;
  align?: 'start' | 'end';
}

/** Column and direction, as the address says it. */
export interface Sort {
  by: string;
  descending: boolean;
}

interface Props<Row> {
  caption: string;
  columns: readonly Column<Row>[];
  rows: readonly Row[];
  rowId: (row: Row) => string;
  sort?: Sort;
  onSort?: (sort: Sort) => void;
  /** Keeps the caption for those who listen, where a heading says the same to those who look. */
  quietCaption?: boolean;
}

const features = tableFeatures({});
type Features = typeof features;

/** A table in a box of its own that scrolls sideways; rows come sorted and paged from the console. */
export function DataTable<Row extends object>({ caption, columns, rows, rowId, sort, onSort, quietCaption }: Props<Row>) {
  const defs = useMemo(
    () =>
      columns.map(
        (column): ColumnDef<Features, Row> => ({ id: column.id, header: column.header, cell: ({ row }) => column.cell(row.original) }),
      ),
    [columns],
  );
  const data = useMemo(() => [...rows], [rows]);
  const table = useTable({ features, columns: defs, data, getRowId: rowId });
  const byId = useMemo(() => new Map(columns.map((column) => [column.id, column])), [columns]);

  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: a box that scrolls must be reachable to be scrolled by keys
    <section className="table-box" tabIndex={0} aria-label={caption}>
      <table className="table">
        <caption className={quietCaption ? 'unseen' : undefined}>{caption}</caption>
        <thead>
          {table.getHeaderGroups().map((group) => (
            <tr key={group.id}>
              {group.headers.map((header) => {
                const column = byId.get(header.id);
                return column ? <HeaderCell key={header.id} column={column} sort={sort} onSort={onSort} /> : null;
              })}
            </tr>
          ))}
        </thead>
        <tbody>
          {table.getRowModel().rows.map((row) => (
            <tr key={row.id}>
              {row.getAllCells().map((cell) => (
                <td key={cell.id} className={byId.get(cell.column.id)?.align === 'end' ? 'end' : undefined}>
                  <table.FlexRender cell={cell} />
                </td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </section>
  );
}

function HeaderCell<Row>({
  column,
  sort,
  onSort,
}: {
  column: Column<Row>;
  sort: Sort | undefined;
  onSort: ((sort: Sort) => void) | undefined;
}) {
  const key = column.sort;
  const active = key !== undefined && sort?.by === key;
  const direction = active ? (sort.descending ? 'descending' : 'ascending') : 'none';
  const align = column.align === 'end' ? 'end' : undefined;
  if (!key || !onSort) {
    return (
      <th scope="col" className={align}>
        {column.header}
      </th>
    );
  }
  return (
    <th scope="col" className={align} aria-sort={direction}>
      <button type="button" className="sort" onClick={() => onSort({ by: key, descending: active ? !sort.descending : false })}>
        {column.header}
        <span className="sort-sign" aria-hidden="true">
          {active ? (sort.descending ? '↓' : '↑') : '↕'}
        </span>
      </button>
    </th>
  );
}
