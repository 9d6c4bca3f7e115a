import { useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { studiesQuery } from '../../api/queries.ts';
import type { StudyList } from '../../api/types.ts';
import { firstPlace } from '../../app/places.ts';
import { roleNames } from '../../app/session.ts';
import { type Column, DataTable } from '../../components/DataTable.tsx';
import { Loaded } from '../../components/Loaded.tsx';
import { Empty } from '../../components/Notice.tsx';
import { Count } from '../../components/Number.tsx';
import { Tag } from '../../components/Tag.tsx';

type Row = StudyList['studies'][number];

const columns: Column<Row>[] = [
  {
    id: 'study',
    header: 'Study',
    cell: (row) => (
      <Link to={firstPlace(row.roles)} params={{ study: row.study }} search={{}}>
        {row.study}
      </Link>
    ),
  },
  { id: 'alerts', header: 'Open alerts', cell: (row) => <OpenAlerts row={row} /> },
  { id: 'participants', header: 'Participants', align: 'end', cell: (row) => <Count of={row.counts?.participants} /> },
  { id: 'sources', header: 'Sources', align: 'end', cell: (row) => <Count of={row.counts?.sources} /> },
  { id: 'records', header: 'Records', align: 'end', cell: (row) => <Count of={row.counts?.records} /> },
  { id: 'scores', header: 'Scores', align: 'end', cell: (row) => <Count of={row.counts?.scores} /> },
  { id: 'roles', header: 'You are', cell: (row) => row.roles.map((role) => roleNames[role]).join(', ') },
];

function OpenAlerts({ row }: { row: Row }) {
  if (row.openAlerts === null) return <span className="muted">–</span>;
  if (row.openAlerts === 0) return <span className="muted">none</span>;
  return (
    <Link to="/studies/$study/alerts" params={{ study: row.study }}>
      <Tag tone="warn">{row.openAlerts} open</Tag>
    </Link>
  );
}

export function StudiesPage() {
  const query = useQuery(studiesQuery);
  return (
    <main className="page page-alone" id="page">
      <h1>Studies</h1>
      <Loaded query={query} what="your studies">
        {({ studies }) =>
          studies.length === 0 ? (
            <Empty title="You have no part in any study yet.">
              Make one with <code>afferent study create NAME</code>, or ask for a role with{' '}
              <code>afferent account grant NAME STUDY ROLE</code>.
            </Empty>
          ) : (
            <DataTable caption="Studies in which you have a role" columns={columns} rows={studies} rowId={(row) => row.study} />
          )
        }
      </Loaded>
    </main>
  );
}
