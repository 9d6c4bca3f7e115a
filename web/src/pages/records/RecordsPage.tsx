import { useQuery } from '@tanstack/react-query';
import { getRouteApi } from '@tanstack/react-router';
import { tableQuery } from '../../api/queries.ts';
import type { RecordPage } from '../../api/types.ts';
import { DataTable } from '../../components/DataTable.tsx';
import { Downloads } from '../../components/Downloads.tsx';
import { ChosenFilters } from '../../components/filter/ChosenFilters.tsx';
import { ScoreFilters } from '../../components/filter/ScoreFilters.tsx';
import { Loaded } from '../../components/Loaded.tsx';
import { Empty, ResearchOnly } from '../../components/Notice.tsx';
import { formatCount } from '../../components/Number.tsx';
import { Pager } from '../../components/Pager.tsx';
import { sortFrom, sortText } from '../../components/sort.ts';
import { recordColumns } from './record-columns.tsx';
import './records.css';

const route = getRouteApi('/signed-in/studies/$study/records');
const typeNames: Record<string, string> = { post: 'Posts', event: 'Events', 'self-report': 'Self-reports' };

export function RecordsPage() {
  const { study } = route.useParams();
  const search = route.useSearch();
  const navigate = route.useNavigate();
  const query = useQuery(tableQuery<RecordPage>(study, 'records', search));
  const set = (change: typeof search) => void navigate({ search: (old) => ({ ...old, page: undefined, ...change }) });
  const facets = query.data?.facets;
  return (
    <>
      <div className="page-head">
        <h1>Records</h1>
        <Downloads study={study} table="records" search={search} />
      </div>
      <ResearchOnly />
      {/* biome-ignore lint/a11y/useSemanticElements: a fieldset would draw a frame around a few buttons */}
      <div className="row" role="group" aria-label="Type of record">
        <button type="button" className="chip" aria-pressed={!search.type} onClick={() => set({ type: undefined })}>
          All types
        </button>
        {facets?.type.map((one) => (
          <button
            key={one.value}
            type="button"
            className="chip"
            aria-pressed={search.type === one.value}
            onClick={() => set({ type: one.value })}
          >
            {typeNames[one.value] ?? one.value} · {formatCount(one.count)}
          </button>
        ))}
      </div>
      <div className="filtered">
        <ScoreFilters search={search} facets={facets ?? {}} onChange={set} />
        <div className="stack">
          <ChosenFilters search={search} onChange={set} />
          <Loaded query={query} what="the records">
            {(data) =>
              data.total === 0 ? (
                <Empty title="No record is like this.">Take a filter away, or ingest a source first.</Empty>
              ) : (
                <div className="stack">
                  <DataTable
                    caption="Records, text masked; each score beside its validity grade; times in UTC"
                    columns={recordColumns(study)}
                    rows={data.rows}
                    rowId={(row) => row.record}
                    sort={sortFrom(search.sort ?? '-time')}
                    onSort={(sort) => set({ sort: sortText(sort) })}
                  />
                  <Pager {...data} what="records" onPage={(page) => set({ page: String(page) })} />
                </div>
              )
            }
          </Loaded>
        </div>
      </div>
    </>
  );
}
