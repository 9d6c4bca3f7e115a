import { useQuery } from '@tanstack/react-query';
import { getRouteApi } from '@tanstack/react-router';
import { tableQuery } from '../../api/queries.ts';
import type { ScorePage } from '../../api/types.ts';
import { DataTable } from '../../components/DataTable.tsx';
import { Downloads } from '../../components/Downloads.tsx';
import { ChosenFilters } from '../../components/filter/ChosenFilters.tsx';
import { ScoreFilters } from '../../components/filter/ScoreFilters.tsx';
import { Loaded } from '../../components/Loaded.tsx';
import { Empty, ResearchOnly } from '../../components/Notice.tsx';
import { Pager } from '../../components/Pager.tsx';
import { sortFrom, sortText } from '../../components/sort.ts';
import { scoreColumns } from './score-columns.tsx';

const route = getRouteApi('/signed-in/studies/$study/scores');

export function ScoresPage() {
  const { study } = route.useParams();
  const search = route.useSearch();
  const navigate = route.useNavigate();
  const query = useQuery(tableQuery<ScorePage>(study, 'scores', search));
  const set = (change: typeof search) => void navigate({ search: (old) => ({ ...old, page: undefined, ...change }) });
  return (
    <>
      <div className="page-head">
        <h1>Scores</h1>
        <Downloads study={study} table="scores" search={search} />
      </div>
      <ResearchOnly />
      <div className="filtered">
        <ScoreFilters search={search} facets={query.data?.facets ?? {}} onChange={set} />
        <div className="stack">
          <ChosenFilters search={search} onChange={set} />
          <Loaded query={query} what="the scores">
            {(data) =>
              data.total === 0 ? (
                <Empty title="No score is like this.">Take a filter away, or score the study’s records first.</Empty>
              ) : (
                <div className="stack">
                  <DataTable
                    caption="Scores, each beside its validity grade; times in UTC, where a window begins"
                    columns={scoreColumns(study)}
                    rows={data.rows}
                    rowId={(row) => row.score}
                    sort={sortFrom(search.sort ?? '-time')}
                    onSort={(sort) => set({ sort: sortText(sort) })}
                  />
                  <Pager {...data} what="scores" onPage={(page) => set({ page: String(page) })} />
                </div>
              )
            }
          </Loaded>
        </div>
      </div>
    </>
  );
}
