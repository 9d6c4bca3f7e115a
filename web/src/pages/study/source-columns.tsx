import { Link } from '@tanstack/react-router';
import type { SourceView } from '../../api/types.ts';
import type { Column } from '../../components/DataTable.tsx';
import { Count } from '../../components/Number.tsx';
import { shortId } from '../../components/short-id.ts';
import { Tag, type Tone } from '../../components/Tag.tsx';
import { Time } from '../../components/Time.tsx';

const states: Record<SourceView['state'], { tone: Tone; sign: string }> = {
  idle: { tone: 'plain', sign: '·' },
  queued: { tone: 'accent', sign: '…' },
  running: { tone: 'accent', sign: '▶' },
  failed: { tone: 'bad', sign: '▲' },
  erased: { tone: 'plain', sign: '×' },
};

function every(seconds: number): string {
  if (seconds % 86_400 === 0) return `${seconds / 86_400} d`;
  if (seconds % 3600 === 0) return `${seconds / 3600} h`;
  return seconds % 60 === 0 ? `${seconds / 60} min` : `${seconds} s`;
}

function State({ source }: { source: SourceView }) {
  const { tone, sign } = states[source.state];
  return (
    <>
      <Tag tone={tone}>
        {sign} {source.state}
      </Tag>
      {source.lastError ? (
        <div className="small source-error">
          {source.lastError.message} {source.lastError.hint}
        </div>
      ) : null}
    </>
  );
}

function Skipped({ source }: { source: SourceView }) {
  if (!source.schedule) return <span className="muted">–</span>;
  if (source.schedule.skipped === 0) return <span className="muted number">0</span>;
  return <Tag tone="warn">▲ {source.schedule.skipped}</Tag>;
}

const silent = 'The Temporal server does not answer';

export const sourceColumns = (study: string): Column<SourceView>[] => [
  {
    id: 'kind',
    header: 'Source',
    cell: (row) => (
      <>
        <Link to="/studies/$study/batches" params={{ study }} search={{ source: row.source }} title={row.source}>
          {row.kind}
        </Link>
        <div className="small muted mono">
          {row.participant ? <span title={row.participant}>{shortId(row.participant)}</span> : 'withdrawn'}
        </div>
      </>
    ),
  },
  { id: 'state', header: 'State', cell: (row) => <State source={row} /> },
  {
    id: 'every',
    header: 'Schedule',
    cell: (row) => (row.everySeconds === null ? <span className="muted">by hand</span> : `every ${every(row.everySeconds)}`),
  },
  {
    id: 'next',
    header: 'Next run',
    cell: (row) =>
      row.everySeconds === null ? (
        <span className="muted">–</span>
      ) : (
        <Time at={row.schedule?.next} none={row.schedule ? 'none planned' : silent} />
      ),
  },
  { id: 'last', header: 'Last run', cell: (row) => <Time at={row.lastRunAt ?? row.schedule?.last} none="never" /> },
  { id: 'skipped', header: 'Skipped', align: 'end', cell: (row) => <Skipped source={row} /> },
  { id: 'batches', header: 'Batches', align: 'end', cell: (row) => <Count of={row.batches} /> },
  ...(['received', 'stored', 'duplicate', 'quarantined', 'excluded', 'erased'] as const).map(
    (name): Column<SourceView> => ({
      id: name,
      header: name.charAt(0).toUpperCase() + name.slice(1),
      align: 'end',
      cell: (row) => <Count of={row.totals[name]} />,
    }),
  ),
  {
    id: 'days',
    header: 'Days',
    cell: (row) =>
      row.firstDay ? (
        <span className="number">{row.firstDay === row.lastDay ? row.firstDay : `${row.firstDay} to ${row.lastDay}`}</span>
      ) : (
        '–'
      ),
  },
];
