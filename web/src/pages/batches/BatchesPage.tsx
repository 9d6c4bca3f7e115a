import { useQuery } from '@tanstack/react-query';
import { getRouteApi, Link } from '@tanstack/react-router';
import { errorTable } from '../../../../schema/errors.ts';
import { overviewQuery, tableQuery } from '../../api/queries.ts';
import type { BatchPage, BatchRow } from '../../api/types.ts';
import { type Column, DataTable } from '../../components/DataTable.tsx';
import { Downloads } from '../../components/Downloads.tsx';
import { Loaded } from '../../components/Loaded.tsx';
import { sourceLabel } from '../../components/ledger/describe.ts';
import { Empty } from '../../components/Notice.tsx';
import { Count, formatBytes } from '../../components/Number.tsx';
import { Pager } from '../../components/Pager.tsx';
import { SourceFilter } from '../../components/SourceFilter.tsx';
import { shortId } from '../../components/short-id.ts';
import { Tag, type Tone } from '../../components/Tag.tsx';
import { Time } from '../../components/Time.tsx';

const route = getRouteApi('/signed-in/studies/$study/batches');

const tones: Record<BatchRow['state'], Tone> = { open: 'accent', done: 'good', failed: 'bad', cancelled: 'warn' };
const signs: Record<BatchRow['state'], string> = { open: '▶', done: '✓', failed: '▲', cancelled: '×' };

const messageOf = (code: string): string => (code in errorTable ? errorTable[code as keyof typeof errorTable].message : code);

const reasons = (by: Record<string, number>) =>
  Object.entries(by).map(([reason, units]) => (
    <div key={reason} className="small muted" title={messageOf(reason)}>
      {units} {reason}
    </div>
  ));

const columns = (study: string): Column<BatchRow>[] => [
  { id: 'arrived', header: 'Arrived', cell: (row) => <Time at={row.arrivedAt} /> },
  { id: 'source', header: 'Source', cell: (row) => <span title={row.source}>{sourceLabel(row)}</span> },
  {
    id: 'state',
    header: 'State',
    cell: (row) => (
      <>
        <Tag tone={tones[row.state]}>
          {signs[row.state]} {row.state}
        </Tag>
        {row.error ? <div className="small">{messageOf(row.error)}</div> : null}
      </>
    ),
  },
  { id: 'received', header: 'Received', align: 'end', cell: (row) => <Count of={row.received} /> },
  { id: 'stored', header: 'Stored', align: 'end', cell: (row) => <Count of={row.stored} /> },
  { id: 'duplicate', header: 'Duplicate', align: 'end', cell: (row) => <Count of={row.duplicate} /> },
  {
    id: 'quarantined',
    header: 'Quarantined',
    align: 'end',
    cell: (row) => (
      <>
        {row.quarantined > 0 ? (
          <Link to="/studies/$study/quarantine" params={{ study }} search={{ batch: row.batch }}>
            <Count of={row.quarantined} />
          </Link>
        ) : (
          <Count of={0} />
        )}
        {reasons(row.quarantinedBy)}
      </>
    ),
  },
  {
    id: 'excluded',
    header: 'Excluded',
    align: 'end',
    cell: (row) => (
      <>
        <Count of={row.excluded} />
        {reasons(row.excludedBy)}
      </>
    ),
  },
  { id: 'erased', header: 'Erased', align: 'end', cell: (row) => <Count of={row.erased} /> },
  { id: 'parts', header: 'Parts', align: 'end', cell: (row) => <Count of={row.parts} /> },
  { id: 'bytes', header: 'Size', align: 'end', cell: (row) => formatBytes(row.bytes) },
  {
    id: 'batch',
    header: 'Batch',
    cell: (row) => (
      <span className="mono small" title={row.batch}>
        {shortId(row.batch)}
      </span>
    ),
  },
];

export function BatchesPage() {
  const { study } = route.useParams();
  const search = route.useSearch();
  const navigate = route.useNavigate();
  const query = useQuery(tableQuery<BatchPage>(study, 'batches', search));
  const sources = useQuery(overviewQuery(study)).data?.sources ?? [];
  return (
    <>
      <div className="page-head">
        <h1>Batches</h1>
        <Downloads study={study} table="batches" search={search} />
      </div>
      <p className="muted">One arrival of a file each. Arriving again is a batch of its own, whose units are duplicates.</p>
      <SourceFilter sources={sources} value={search.source} onChange={(source) => void navigate({ search: { source } })} />
      <Loaded query={query} what="the batches">
        {(data) =>
          data.total === 0 ? (
            <Empty title="No batch here yet.">
              Bring data in with <code>afferent ingest {study}</code>.
            </Empty>
          ) : (
            <div className="stack">
              <DataTable
                caption="Batches, the latest first; times in UTC"
                columns={columns(study)}
                rows={data.rows}
                rowId={(row) => row.batch}
              />
              <Pager {...data} what="batches" onPage={(page) => void navigate({ search: { ...search, page: String(page) } })} />
            </div>
          )
        }
      </Loaded>
    </>
  );
}
