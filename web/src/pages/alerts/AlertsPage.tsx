import { useQuery } from '@tanstack/react-query';
import { getRouteApi } from '@tanstack/react-router';
import { useState } from 'react';
import { alertsQuery } from '../../api/queries.ts';
import type { AlertQueue } from '../../api/types.ts';
import { DataTable } from '../../components/DataTable.tsx';
import { Loaded } from '../../components/Loaded.tsx';
import { Empty, ResearchOnly } from '../../components/Notice.tsx';
import { Panel } from '../../components/Panel.tsx';
import { alertColumns, closedColumns } from './alert-columns.tsx';
import { stalledColumns, unscoredColumns } from './trouble-columns.tsx';
import { Watch } from './Watch.tsx';
import './alerts.css';

const route = getRouteApi('/signed-in/studies/$study/alerts');

export function AlertsPage() {
  const { study } = route.useParams();
  const query = useQuery(alertsQuery(study));
  return (
    <>
      <h1>Alerts</h1>
      <ResearchOnly />
      <Loaded query={query} what="the queue">
        {(queue) => <Queue study={study} queue={queue} />}
      </Loaded>
    </>
  );
}

function Queue({ study, queue }: { study: string; queue: AlertQueue }) {
  // This page asks again by itself, so only its first answer knows how long nobody had looked.
  const [watch] = useState(queue.watch);
  const waiting = queue.alerts.filter((alert) => alert.state !== 'closed');
  const closed = queue.alerts.filter((alert) => alert.state === 'closed');
  const overdue = waiting.filter((alert) => alert.overdue).length;
  return (
    <div className="stack">
      <Watch watch={watch} />
      <Panel
        title={`Waiting · ${waiting.length}`}
        aside={overdue > 0 ? <strong className="overdue">▲ {overdue} overdue</strong> : 'none overdue; times in UTC'}
      >
        {waiting.length === 0 ? (
          <Empty title="No alert is waiting.">A score over the study’s policy opens one. See below what could not be scored.</Empty>
        ) : (
          <DataTable
            quietCaption
            caption="Alerts that are not closed, the most urgent first"
            columns={alertColumns(study)}
            rows={waiting}
            rowId={(row) => row.id}
          />
        )}
      </Panel>
      <Panel
        title={`Posts that could not be scored · ${queue.unscored.reduce((all, one) => all + one.posts, 0)}`}
        aside="no alert can come of these"
      >
        {queue.unscored.length === 0 ? (
          <p className="muted">None: every post that arrived was scored.</p>
        ) : (
          <DataTable
            quietCaption
            caption="Posts that could not be scored, by participant and reason"
            columns={unscoredColumns}
            rows={queue.unscored}
            rowId={(row) => `${row.participant} ${row.code}`}
          />
        )}
      </Panel>
      <Panel title={`Stalled sources · ${queue.stalled.length}`} aside="nothing new is seen from these; times in UTC">
        {queue.stalled.length === 0 ? (
          <p className="muted">None: every scheduled source was read when it was due.</p>
        ) : (
          <DataTable
            quietCaption
            caption="Sources that were not read when they were due, or failed"
            columns={stalledColumns}
            rows={queue.stalled}
            rowId={(row) => row.source}
          />
        )}
      </Panel>
      {closed.length > 0 ? (
        <Panel title={`Closed · ${closed.length}`}>
          <DataTable
            quietCaption
            caption="Closed alerts, the latest first"
            columns={closedColumns(study)}
            rows={closed}
            rowId={(row) => row.id}
          />
        </Panel>
      ) : null}
    </div>
  );
}
