import { useQuery } from '@tanstack/react-query';
import { getRouteApi } from '@tanstack/react-router';
import { overviewQuery, tableQuery } from '../../api/queries.ts';
import type { QuarantinePage as Page, QuarantineRow } from '../../api/types.ts';
import { type Column, DataTable } from '../../components/DataTable.tsx';
import { Downloads } from '../../components/Downloads.tsx';
import { Loaded } from '../../components/Loaded.tsx';
import { sourceLabel } from '../../components/ledger/describe.ts';
import { Empty } from '../../components/Notice.tsx';
import { Count, formatCount } from '../../components/Number.tsx';
import { Pager } from '../../components/Pager.tsx';
import { Panel } from '../../components/Panel.tsx';
import { SourceFilter } from '../../components/SourceFilter.tsx';
import { shortId } from '../../components/short-id.ts';
import './quarantine.css';

const route = getRouteApi('/signed-in/studies/$study/quarantine');

const columns: Column<QuarantineRow>[] = [
  { id: 'reason', header: 'Reason', cell: (row) => <code>{row.reason}</code> },
  { id: 'source', header: 'Source', cell: (row) => <span title={row.source}>{sourceLabel(row)}</span> },
  { id: 'day', header: 'Day', cell: (row) => <span className="number">{row.day ?? 'unknown'}</span> },
  { id: 'field', header: 'Field', cell: (row) => (row.field ? <code>{row.field}</code> : <span className="muted">–</span>) },
  { id: 'part', header: 'Part', align: 'end', cell: (row) => formatCount(row.part) },
  { id: 'unit', header: 'Unit', align: 'end', cell: (row) => formatCount(row.unit) },
  { id: 'position', header: 'Position', align: 'end', cell: (row) => formatCount(row.position) },
  { id: 'units', header: 'Units', align: 'end', cell: (row) => <Count of={row.units} /> },
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

export function QuarantinePage() {
  const { study } = route.useParams();
  const search = route.useSearch();
  const navigate = route.useNavigate();
  const query = useQuery(tableQuery<Page>(study, 'quarantine', search));
  const sources = useQuery(overviewQuery(study)).data?.sources ?? [];
  const set = (change: typeof search) => void navigate({ search: { ...search, page: undefined, ...change } });
  return (
    <>
      <div className="page-head">
        <h1>Quarantine</h1>
        <Downloads study={study} table="quarantine" search={search} />
      </div>
      <p className="muted">
        What could not be read or trusted: kept, with its reason and place. Part, unit and position count from 0 within the batch; none of
        the content is shown here.
      </p>
      <div className="row row-end">
        <SourceFilter sources={sources} value={search.source} onChange={(source) => set({ source })} />
        {search.batch ? (
          <button type="button" className="chip" onClick={() => set({ batch: undefined })}>
            batch {shortId(search.batch)} ×<span className="unseen"> remove this filter</span>
          </button>
        ) : null}
      </div>
      <Loaded query={query} what="the quarantine">
        {(data) =>
          data.total === 0 ? (
            <Empty title="Nothing is in quarantine here.">Everything that arrived could be read.</Empty>
          ) : (
            <div className="stack">
              <Reasons reasons={data.reasons} chosen={search.reason} onChoose={(reason) => set({ reason })} />
              <DataTable caption="Units in quarantine" columns={columns} rows={data.rows} rowId={(row) => row.id} />
              <Pager {...data} what="rows" onPage={(page) => set({ page: String(page) })} />
            </div>
          )
        }
      </Loaded>
    </>
  );
}

function Reasons({
  reasons,
  chosen,
  onChoose,
}: {
  reasons: Page['reasons'];
  chosen: string | undefined;
  onChoose: (reason: string | undefined) => void;
}) {
  return (
    <Panel title="Reasons">
      <ul className="reasons">
        {reasons.map((one) => (
          <li key={one.reason}>
            <button
              type="button"
              className="chip"
              aria-pressed={chosen === one.reason}
              onClick={() => onChoose(chosen === one.reason ? undefined : one.reason)}
            >
              {one.reason} · {formatCount(one.units)}
            </button>
            <span>
              {one.message} <span className="muted">{one.hint}</span>
            </span>
          </li>
        ))}
      </ul>
    </Panel>
  );
}
