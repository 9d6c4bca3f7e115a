import { useQuery } from '@tanstack/react-query';
import { getRouteApi } from '@tanstack/react-router';
import { overviewQuery } from '../../api/queries.ts';
import { DataTable } from '../../components/DataTable.tsx';
import { Field } from '../../components/Field.tsx';
import { Loaded } from '../../components/Loaded.tsx';
import { Empty } from '../../components/Notice.tsx';
import { formatCount } from '../../components/Number.tsx';
import { participantColumns } from '../study/participant-columns.tsx';

const route = getRouteApi('/signed-in/studies/$study/participants');

export function ParticipantsPage() {
  const { study } = route.useParams();
  const { find = '' } = route.useSearch();
  const navigate = route.useNavigate();
  const query = useQuery(overviewQuery(study));
  return (
    <>
      <h1>Participants</h1>
      <p className="muted">Pseudonyms, made with the study’s key. Choose one to see scores and signals over time.</p>
      <search className="row row-end">
        <Field label="Find a participant">
          <input
            type="search"
            value={find}
            placeholder="any part of the pseudonym"
            onChange={(event) => void navigate({ search: { find: event.target.value || undefined }, replace: true })}
          />
        </Field>
      </search>
      <Loaded query={query} what="the participants">
        {({ participants }) => {
          const found = participants.filter((one) => one.participant.toLowerCase().includes(find.trim().toLowerCase()));
          if (participants.length === 0) {
            return (
              <Empty title="No participant yet.">
                Add one with <code>afferent participant add {study} ID</code>.
              </Empty>
            );
          }
          if (found.length === 0) return <Empty title="No participant is like this.">Try a shorter part of the pseudonym.</Empty>;
          return (
            <DataTable
              caption={`${formatCount(found.length)} of ${formatCount(participants.length)} participants`}
              columns={participantColumns(study, true)}
              rows={found}
              rowId={(row) => row.participant}
            />
          );
        }}
      </Loaded>
    </>
  );
}
