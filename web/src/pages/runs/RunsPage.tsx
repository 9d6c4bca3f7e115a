import { useQuery } from '@tanstack/react-query';
import { getRouteApi } from '@tanstack/react-router';
import { tableQuery } from '../../api/queries.ts';
import type { RunPage, RunRow } from '../../api/types.ts';
import { type Column, DataTable } from '../../components/DataTable.tsx';
import { Downloads } from '../../components/Downloads.tsx';
import { Loaded } from '../../components/Loaded.tsx';
import { Empty } from '../../components/Notice.tsx';
import { Count, formatCount } from '../../components/Number.tsx';
import { Pager } from '../../components/Pager.tsx';
import { shortId } from '../../components/short-id.ts';
import { Tag, type Tone } from '../../components/Tag.tsx';
import { Time } from '../../components/Time.tsx';

const route = getRouteApi('/signed-in/studies/$study/runs');

const tones: Record<RunRow['state'], Tone> = { running: 'accent', done: 'good', failed: 'bad', cancelled: 'warn' };
const signs: Record<RunRow['state'], string> = { running: '▶', done: '✓', failed: '▲', cancelled: '×' };
const badStates = new Set(['failed', 'drifted']);

const columns: Column<RunRow>[] = [
  { id: 'number', header: 'Run', align: 'end', cell: (row) => <span title={row.run}>{row.number}</span> },
  {
    id: 'state',
    header: 'State',
    cell: (row) => (
      <Tag tone={tones[row.state]}>
        {signs[row.state]} {row.state}
      </Tag>
    ),
  },
  {
    id: 'what',
    header: 'What',
    cell: (row) => (row.ofRun ? `${row.verify ? 'verifies' : 'repeats'} ${shortId(row.ofRun)}` : 'scoring'),
  },
  { id: 'inputs', header: 'Inputs', align: 'end', cell: (row) => <Count of={row.inputs} /> },
  {
    id: 'states',
    header: 'Of these',
    cell: (row) => (
      <span className="row">
        {Object.entries(row.states).map(([state, inputs]) => (
          <Tag key={state} tone={badStates.has(state) && inputs > 0 ? 'bad' : state === 'identical' ? 'good' : 'plain'}>
            {formatCount(inputs)} {state}
          </Tag>
        ))}
      </span>
    ),
  },
  {
    id: 'models',
    header: 'Models',
    cell: (row) =>
      row.models.map((model) => (
        <div key={model.id} className="mono small" title={model.id}>
          {model.name} {shortId(model.id.replace(/^sha256:?/, ''))}
        </div>
      )),
  },
  { id: 'engine', header: 'Engine', cell: (row) => row.engine },
  { id: 'started', header: 'Started', cell: (row) => <Time at={row.startedAt} /> },
  { id: 'finished', header: 'Finished', cell: (row) => <Time at={row.finishedAt} none="not yet" /> },
];

export function RunsPage() {
  const { study } = route.useParams();
  const search = route.useSearch();
  const navigate = route.useNavigate();
  const query = useQuery(tableQuery<RunPage>(study, 'runs', search));
  return (
    <>
      <div className="page-head">
        <h1>Runs</h1>
        <Downloads study={study} table="runs" search={search} />
      </div>
      <p className="muted">
        A run is a frozen list of inputs and models. Prove that one can be repeated bit for bit with{' '}
        <code>afferent rerun RUN --verify</code>.
      </p>
      <Loaded query={query} what="the runs">
        {(data) =>
          data.total === 0 ? (
            <Empty title="Nothing has been scored yet.">Runs appear here once records are stored.</Empty>
          ) : (
            <div className="stack">
              <DataTable caption="Runs, the latest first; times in UTC" columns={columns} rows={data.rows} rowId={(row) => row.run} />
              <Pager {...data} what="runs" onPage={(page) => void navigate({ search: { ...search, page: String(page) } })} />
            </div>
          )
        }
      </Loaded>
    </>
  );
}
