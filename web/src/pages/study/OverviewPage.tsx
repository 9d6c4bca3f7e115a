import { useQuery } from '@tanstack/react-query';
import { getRouteApi, Link } from '@tanstack/react-router';
import { ledgerQuery, overviewQuery } from '../../api/queries.ts';
import { useRoles } from '../../app/session.ts';
import { CompletenessPanel } from '../../components/completeness/CompletenessPanel.tsx';
import { DataTable } from '../../components/DataTable.tsx';
import { Loaded } from '../../components/Loaded.tsx';
import { LedgerPicture } from '../../components/ledger/LedgerPicture.tsx';
import { Empty } from '../../components/Notice.tsx';
import { formatCount } from '../../components/Number.tsx';
import { OutcomeStrip } from '../../components/OutcomeStrip.tsx';
import { Panel } from '../../components/Panel.tsx';
import { Time } from '../../components/Time.tsx';
import { participantColumns } from './participant-columns.tsx';
import { sourceColumns } from './source-columns.tsx';

const route = getRouteApi('/signed-in/studies/$study/');

export function OverviewPage() {
  const { study } = route.useParams();
  const overview = useQuery(overviewQuery(study));
  const ledger = useQuery(ledgerQuery(study));
  const explores = useRoles(study).includes('researcher');
  return (
    <Loaded query={overview} what="the study">
      {(data) => (
        <div className="stack">
          <div className="page-head">
            <h1>{study}</h1>
            <span className="muted small">
              {(['participants', 'sources', 'records', 'scores'] as const)
                .map((name) => `${formatCount(data.counts[name])} ${name}`)
                .join(' · ')}{' '}
              · since <Time at={data.createdAt} zone />
            </span>
          </div>
          <Panel
            title="Every unit accounted for"
            aside={
              <>
                <Link to="/studies/$study/ledger" params={{ study }} search={{}}>
                  Ledger
                </Link>
                {data.totals.quarantined > 0 ? (
                  <>
                    {' · '}
                    <Link to="/studies/$study/quarantine" params={{ study }} search={{}}>
                      {formatCount(data.totals.quarantined)} in quarantine
                    </Link>
                  </>
                ) : null}
              </>
            }
          >
            <OutcomeStrip totals={data.totals} />
            <Loaded query={ledger} what="the ledger">
              {({ sources }) => <LedgerPicture sources={sources} />}
            </Loaded>
          </Panel>
          <CompletenessPanel study={study} />
          <Panel title="Sources" aside="times in UTC">
            {data.sources.length === 0 ? (
              <Empty title="No source yet.">
                Add one with <code>afferent source add {study} --kind KIND --path PATH --participant ID --every 15m</code>.
              </Empty>
            ) : (
              <DataTable
                quietCaption
                caption="Sources, with their schedules"
                columns={sourceColumns(study)}
                rows={data.sources}
                rowId={(row) => row.source}
              />
            )}
          </Panel>
          <Panel title="Participants" aside="pseudonyms; times in UTC">
            {data.participants.length === 0 ? (
              <Empty title="No participant yet.">
                Add one with <code>afferent participant add {study} ID</code>.
              </Empty>
            ) : (
              <DataTable
                quietCaption
                caption="Participants and what there is of them"
                columns={participantColumns(study, explores)}
                rows={data.participants}
                rowId={(row) => row.participant}
              />
            )}
          </Panel>
        </div>
      )}
    </Loaded>
  );
}
