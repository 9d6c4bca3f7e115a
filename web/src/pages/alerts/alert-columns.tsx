import { Link } from '@tanstack/react-router';
import type { AlertRow } from '../../api/types.ts';
import { decisionNames, nextStep, stateSigns, stateTones } from '../../components/alert-words.ts';
import { levelName } from '../../components/columbia.ts';
import type { Column } from '../../components/DataTable.tsx';
import { Count } from '../../components/Number.tsx';
import { shortId } from '../../components/short-id.ts';
import { Tag } from '../../components/Tag.tsx';
import { distance, Time } from '../../components/Time.tsx';

const participant = (study: string): Column<AlertRow> => ({
  id: 'participant',
  header: 'Participant',
  cell: (row) => (
    <Link className="mono" to="/studies/$study/alerts/$alert" params={{ study, alert: row.id }} title={row.participant}>
      {shortId(row.participant)}
    </Link>
  ),
});
const opened: Column<AlertRow> = { id: 'opened', header: 'Opened', cell: (row) => <Time at={row.openedAt} /> };
const scores: Column<AlertRow> = { id: 'scores', header: 'Scores in it', align: 'end', cell: (row) => <Count of={row.scores} /> };
const severity: Column<AlertRow> = {
  id: 'severity',
  header: 'Rated',
  cell: (row) =>
    row.severity === null ? (
      <span className="muted">not yet</span>
    ) : (
      <span title={levelName(row.severity)}>
        level <strong>{row.severity}</strong>
      </span>
    ),
};

function Due({ row }: { row: AlertRow }) {
  if (!row.dueAt) return <span className="muted">–</span>;
  const gap = distance(row.dueAt, Date.now());
  return (
    <>
      {row.overdue ? <Tag tone="bad">▲ overdue, {gap}</Tag> : <Tag tone="accent">{gap}</Tag>}
      <div className="small">
        <Time at={row.dueAt} />
      </div>
    </>
  );
}

function Mail({ row }: { row: AlertRow }) {
  if (row.lastMail === 'failed') return <Tag tone="bad">▲ failed</Tag>;
  return <span className={row.lastMail === 'none' ? 'muted' : undefined}>{row.lastMail === 'none' ? 'none sent' : '✓ sent'}</span>;
}

export const alertColumns = (study: string): Column<AlertRow>[] => [
  participant(study),
  {
    id: 'state',
    header: 'State',
    cell: (row) => (
      <Tag tone={stateTones[row.state]}>
        {stateSigns[row.state]} {row.state}
      </Tag>
    ),
  },
  {
    id: 'who',
    header: 'Who must act',
    cell: (row) => (
      <>
        <strong>{row.waitingFor ?? 'anyone'}</strong> <span className="muted">to {nextStep[row.state]}</span>
      </>
    ),
  },
  { id: 'due', header: 'By when', cell: (row) => <Due row={row} /> },
  opened,
  scores,
  severity,
  { id: 'mail', header: 'Last mail', cell: (row) => <Mail row={row} /> },
];

export const closedColumns = (study: string): Column<AlertRow>[] => [
  participant(study),
  { id: 'decision', header: 'Decision', cell: (row) => (row.decision ? decisionNames[row.decision] : '–') },
  { id: 'by', header: 'By', cell: (row) => row.claimedBy ?? '–' },
  severity,
  opened,
  scores,
];
