import type { LedgerDay, LedgerSource } from '../../api/types.ts';
import { type Column, DataTable } from '../DataTable.tsx';
import { Count } from '../Number.tsx';
import { sourceLabel } from './describe.ts';

interface Row extends LedgerDay {
  source: string;
  label: string;
  /** Days that a row of missing days stands for; 0 for a day that has something. */
  missing: number;
  until: string | null;
}

const nothing = { received: 0, stored: 0, duplicate: 0, quarantined: 0, excluded: 0, erased: 0, batches: 0 };

/** Days and missing stretches of all sources, the latest first, undated ones at the end. */
function rowsOf(sources: readonly LedgerSource[]): Row[] {
  const rows = sources.flatMap((source) => {
    const about = { source: source.source, label: sourceLabel(source) };
    return [
      ...source.days.map((day): Row => ({ ...day, ...about, missing: 0, until: null })),
      ...source.missing.map((gap): Row => ({ ...nothing, ...about, day: gap.from, missing: gap.days, until: gap.to })),
    ];
  });
  return rows.sort((a, b) => (b.day ?? '').localeCompare(a.day ?? '') || a.label.localeCompare(b.label));
}

const columns: Column<Row>[] = [
  {
    id: 'day',
    header: 'Day',
    cell: (row) => (
      <span className="number">
        {row.day === null ? 'unknown' : row.until && row.until !== row.day ? `${row.day} to ${row.until}` : row.day}
      </span>
    ),
  },
  { id: 'source', header: 'Source', cell: (row) => <span title={row.source}>{row.label}</span> },
  {
    id: 'received',
    header: 'Received',
    align: 'end',
    cell: (row) => (row.missing ? <em>{row.missing === 1 ? 'missing' : `${row.missing} days missing`}</em> : <Count of={row.received} />),
  },
  ...(['stored', 'duplicate', 'quarantined', 'excluded', 'erased'] as const).map(
    (name): Column<Row> => ({
      id: name,
      header: name.charAt(0).toUpperCase() + name.slice(1),
      align: 'end',
      cell: (row) => (row.missing ? null : <Count of={row[name]} />),
    }),
  ),
];

const shown = 500;

/** The numbers behind the picture. */
export function LedgerNumbers({ sources }: { sources: readonly LedgerSource[] }) {
  const rows = rowsOf(sources);
  return (
    <DataTable
      caption={`Ledger by day and source, the latest first: received = stored + duplicate + quarantined + excluded + erased${rows.length > shown ? ` (the first ${shown} of ${rows.length} rows; the CSV has all)` : ''}`}
      columns={columns}
      rows={rows.slice(0, shown)}
      rowId={(row) => `${row.source} ${row.day} ${row.missing}`}
    />
  );
}
