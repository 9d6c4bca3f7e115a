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

/** When it runs by itself, and when next. */
function Schedule({ source: { everySeconds, schedule } }: { source: SourceView }) {
  if (everySeconds === null) return <span className="muted">by hand</span>;
  return (
    <>
      every {every(everySeconds)}
      <div className="small muted">{schedule ? <NextRun at={schedule.next} /> : 'next unknown: the Temporal server is silent'}</div>
    </>
  );
}

function NextRun({ at }: { at: string | null }) {
  return at ? (
    <>
      next <Time at={at} />
    </>
  ) : (
    'none planned'
  );
}

function LastRun({ source }: { source: SourceView }) {
  const skipped = source.schedule?.skipped;
  return (
    <>
      <Time at={source.lastRunAt ?? source.schedule?.last} none="never" />
      {skipped === undefined ? null : (
        <div className="small">
          {skipped === 0 ? <span className="muted">none skipped</span> : <Tag tone="warn">▲ {skipped} skipped</Tag>}
        </div>
      )}
    </>
  );
}

function Days({ first, last }: { first: string | null; last: string | null }) {
  if (first === null) return <span className="muted">–</span>;
  return (
    <span className="number">
      {first}
      {last === first ? null : <div className="small muted">to {last}</div>}
    </span>
  );
}

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
  { id: 'schedule', header: 'Schedule', cell: (row) => <Schedule source={row} /> },
  { id: 'last', header: 'Last run', cell: (row) => <LastRun source={row} /> },
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
    cell: (row) => <Days first={row.firstDay} last={row.lastDay} />,
  },
];
