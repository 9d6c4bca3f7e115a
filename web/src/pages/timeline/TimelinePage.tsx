import { useQuery } from '@tanstack/react-query';
import { getRouteApi, Link } from '@tanstack/react-router';
import { timelineQuery } from '../../api/queries.ts';
import { Loaded } from '../../components/Loaded.tsx';
import { Empty, ResearchOnly } from '../../components/Notice.tsx';
import { Panel } from '../../components/Panel.tsx';
import { LineChooser } from './LineChooser.tsx';
import { RangeControls } from './RangeControls.tsx';
import { ScoreLines } from './ScoreLines.tsx';
import { SignalLines } from './SignalLines.tsx';
import './timeline.css';

const route = getRouteApi('/signed-in/studies/$study/participants/$participant');

/** One participant over time: scores above, signals below, all on one axis of time. */
export function TimelinePage() {
  const { study, participant } = route.useParams();
  const search = route.useSearch();
  const navigate = route.useNavigate();
  const query = useQuery(timelineQuery(study, participant, search));
  const set = (change: typeof search) => void navigate({ search: (old) => ({ ...old, ...change }) });
  return (
    <>
      <div className="page-head">
        <h1>
          Participant <span className="mono participant-id">{participant}</span>
        </h1>
        <span className="small">
          <Link to="/studies/$study/records" params={{ study }} search={{ participant: [participant] }}>
            Records
          </Link>
          {' · '}
          <Link to="/studies/$study/scores" params={{ study }} search={{ participant: [participant] }}>
            Scores
          </Link>
        </span>
      </div>
      <ResearchOnly />
      <Loaded query={query} what="the timeline">
        {(data) => {
          if (data.available.from === null) {
            return (
              <Empty title="There is nothing of this participant yet.">
                Ingest one of their sources; their scores and signals appear here.
              </Empty>
            );
          }
          const from = Date.parse(search.from ?? data.from ?? data.available.from);
          const to = Date.parse(search.to ?? data.to ?? data.available.to ?? data.available.from);
          const range: [number, number] = [from, Math.max(to, from + 1000)];
          return (
            <div className="stack">
              <RangeControls data={data} range={range} zoomed={search.from !== undefined || search.to !== undefined} onRange={set} />
              <LineChooser data={data} heads={search.head} signals={search.signal} onChange={set} />
              <Panel title="Scores" aside="dots are records or windows; times in UTC">
                <ScoreLines heads={data.heads} range={range} onRange={set} />
              </Panel>
              <Panel title="Signals" aside="hatched: nothing was recorded">
                <SignalLines signals={data.signals} range={range} onRange={set} />
              </Panel>
            </div>
          );
        }}
      </Loaded>
    </>
  );
}
