import type { AlertDetail } from '../../api/types.ts';
import { type Column, DataTable } from '../../components/DataTable.tsx';
import { decisionText } from '../../components/Decision.tsx';
import { Panel } from '../../components/Panel.tsx';
import { ScoreValue } from '../../components/ScoreValue.tsx';
import { Time } from '../../components/Time.tsx';

type Row = AlertDetail['scores'][number];

/** Severity where the head has one, else its highest label. */
function leading(row: Row): { key: string; value: number | null } {
  const numbers = Object.entries(row.scores).filter((pair): pair is [string, number] => typeof pair[1] === 'number');
  const severity = numbers.find(([key]) => key === 'severity');
  const [key, value] = severity ?? numbers.sort((a, b) => b[1] - a[1])[0] ?? ['', null];
  return { key, value };
}

const columns: Column<Row>[] = [
  {
    id: 'score',
    header: 'Score and grade',
    cell: (row) => {
      const { key, value } = leading(row);
      const interval = row.interval[key];
      return <ScoreValue name={`${row.head} ${key}`} value={value} low={interval?.[0]} high={interval?.[1]} grade={row.grade} />;
    },
  },
  { id: 'decision', header: 'Decision', cell: (row) => decisionText(row.decision, leading(row).key) },
  { id: 'time', header: 'Record of', cell: (row) => <Time at={row.time} /> },
  { id: 'kind', header: 'Kind', cell: (row) => row.kind },
  { id: 'joined', header: 'Joined', cell: (row) => <Time at={row.joinedAt} /> },
];

export function AlertScores({ scores }: { scores: AlertDetail['scores'] }) {
  return (
    <Panel title="Scores in this alert" aside="times in UTC">
      <DataTable
        quietCaption
        caption="Scores that opened or joined this alert, each beside its validity grade"
        columns={columns}
        rows={scores}
        rowId={(row) => row.score}
      />
    </Panel>
  );
}
