import { useQuery } from '@tanstack/react-query';
import { getRouteApi, Link } from '@tanstack/react-router';
import { alertQuery } from '../../api/queries.ts';
import type { AlertDetail } from '../../api/types.ts';
import { nextStep, stateSigns, stateTones } from '../../components/alert-words.ts';
import { Loaded } from '../../components/Loaded.tsx';
import { ResearchOnly } from '../../components/Notice.tsx';
import { Panel } from '../../components/Panel.tsx';
import { Tag } from '../../components/Tag.tsx';
import { distance, Time } from '../../components/Time.tsx';
import { Actions } from './Actions.tsx';
import { AlertScores } from './AlertScores.tsx';
import { Events } from './Events.tsx';
import { Evidence } from './Evidence.tsx';
import { PolicyFacts } from './PolicyFacts.tsx';
import './alert.css';

const route = getRouteApi('/signed-in/studies/$study/alerts/$alert');

/** One alert: what opened it, its text behind a door, and what is to be done. */
export function AlertPage() {
  const { study, alert: id } = route.useParams();
  const query = useQuery(alertQuery(study, id));
  return (
    <>
      <p className="small">
        <Link to="/studies/$study/alerts" params={{ study }}>
          ← All alerts
        </Link>
      </p>
      <Loaded query={query} what="the alert">
        {(detail) => (
          <div className="stack">
            <Head detail={detail} />
            <ResearchOnly />
            <div className="alert-columns">
              <div className="stack">
                <AlertScores scores={detail.scores} />
                <Evidence study={study} id={id} />
              </div>
              <div className="stack">
                <Actions study={study} detail={detail} />
                <Panel title="What happened" aside="times in UTC">
                  <Events events={detail.events} />
                </Panel>
                <Panel title="Policy" aside="as it was when the alert opened">
                  <PolicyFacts policy={detail.policy} />
                </Panel>
              </div>
            </div>
          </div>
        )}
      </Loaded>
    </>
  );
}

function Head({ detail: { alert } }: { detail: AlertDetail }) {
  return (
    <div className="page-head">
      <h1>
        Alert for <span className="mono alert-participant">{alert.participant}</span>
      </h1>
      <div className="row">
        <Tag tone={stateTones[alert.state]}>
          {stateSigns[alert.state]} {alert.state}
        </Tag>
        {alert.dueAt && alert.state !== 'closed' ? (
          <span>
            {alert.overdue ? <Tag tone="bad">▲ overdue</Tag> : null} <strong>{alert.waitingFor ?? 'Anyone'}</strong> must{' '}
            {nextStep[alert.state]} <span className={alert.overdue ? 'overdue' : undefined}>{alert.overdue ? 'since' : 'by'}</span>{' '}
            <Time at={alert.dueAt} zone /> ({distance(alert.dueAt, Date.now())})
          </span>
        ) : null}
      </div>
    </div>
  );
}
