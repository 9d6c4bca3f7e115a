import { Link } from '@tanstack/react-router';
import type { RecordRow } from '../../api/types.ts';
import type { Column } from '../../components/DataTable.tsx';
import { ScoreValue } from '../../components/ScoreValue.tsx';
import { shortId } from '../../components/short-id.ts';
import { Time } from '../../components/Time.tsx';

export const recordColumns = (study: string): Column<RecordRow>[] => [
  {
    id: 'text',
    header: 'Record',
    cell: (row) => (
      <div className="record-text">
        {row.text}
        {row.masked > 0 ? <span className="small muted"> ({row.masked} masked)</span> : null}
      </div>
    ),
  },
  {
    id: 'scores',
    header: 'Highest of each head',
    cell: (row) =>
      row.scores.length === 0 ? (
        <span className="muted">not scored</span>
      ) : (
        <div className="record-scores">
          {row.scores.map((score) => (
            <ScoreValue
              key={score.head}
              name={score.key === score.head ? score.head : `${score.head} ${score.key}`}
              value={score.value}
              grade={score.grade}
            />
          ))}
        </div>
      ),
  },
  { id: 'time', header: 'Time', sort: 'time', cell: (row) => <Time at={row.time} /> },
  {
    id: 'participant',
    header: 'Participant',
    sort: 'participant',
    cell: ({ participant, kind }) => (
      <>
        <Link
          className="mono"
          to="/studies/$study/participants/$participant"
          params={{ study, participant }}
          search={{}}
          title={participant}
        >
          {shortId(participant)}
        </Link>
        <div className="small muted">{kind}</div>
      </>
    ),
  },
];
