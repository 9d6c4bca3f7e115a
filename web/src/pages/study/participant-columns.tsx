import { Link } from '@tanstack/react-router';
import type { StudyOverview } from '../../api/types.ts';
import type { Column } from '../../components/DataTable.tsx';
import { Count } from '../../components/Number.tsx';
import { Time } from '../../components/Time.tsx';

type Row = StudyOverview['participants'][number];

/** `explores`: whether the account may look at one participant over time. */
export const participantColumns = (study: string, explores: boolean): Column<Row>[] => [
  {
    id: 'participant',
    header: 'Participant',
    cell: ({ participant }) =>
      explores ? (
        <Link className="mono" to="/studies/$study/participants/$participant" params={{ study, participant }} search={{}}>
          {participant}
        </Link>
      ) : (
        <span className="mono">{participant}</span>
      ),
  },
  { id: 'sources', header: 'Sources', align: 'end', cell: (row) => <Count of={row.sources} /> },
  { id: 'records', header: 'Records', align: 'end', cell: (row) => <Count of={row.records} /> },
  { id: 'series', header: 'Series', align: 'end', cell: (row) => <Count of={row.series} /> },
  { id: 'added', header: 'Added', cell: (row) => <Time at={row.addedAt} /> },
];
