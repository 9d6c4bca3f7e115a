import { Link } from '@tanstack/react-router';
import type { ScoreRow } from '../../api/types.ts';
import type { Column } from '../../components/DataTable.tsx';
import { decisionText } from '../../components/Decision.tsx';
import { ScoreValue } from '../../components/ScoreValue.tsx';
import { shortId } from '../../components/short-id.ts';
import { Time } from '../../components/Time.tsx';

export const scoreColumns = (study: string): Column<ScoreRow>[] => [
  { id: 'head', header: 'Head', sort: 'head', cell: (row) => row.head },
  { id: 'key', header: 'Label', cell: (row) => row.key },
  {
    id: 'value',
    header: 'Value and grade',
    sort: 'value',
    cell: (row) => <ScoreValue value={row.value} low={row.low} high={row.high} grade={row.grade} />,
  },
  { id: 'decision', header: 'Decision', cell: (row) => decisionText(row.decision, row.key) },
  { id: 'time', header: 'Time', sort: 'time', cell: (row) => <Time at={row.time} /> },
  {
    id: 'participant',
    header: 'Participant',
    sort: 'participant',
    cell: ({ participant }) => (
      <Link className="mono" to="/studies/$study/participants/$participant" params={{ study, participant }} search={{}} title={participant}>
        {shortId(participant)}
      </Link>
    ),
  },
  { id: 'kind', header: 'Kind', cell: (row) => row.kind },
  {
    id: 'model',
    header: 'Model',
    cell: (row) => (
      <span className="mono small" title={row.model}>
        {shortId(row.model)}
      </span>
    ),
  },
  {
    id: 'score',
    header: 'Score',
    cell: (row) => (
      <span className="mono small" title={row.score} data-score={row.score}>
        {shortId(row.score)}
      </span>
    ),
  },
];
