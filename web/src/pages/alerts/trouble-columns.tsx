import { errorTable } from '../../../../schema/errors.ts';
import type { AlertQueue } from '../../api/types.ts';
import type { Column } from '../../components/DataTable.tsx';
import { Count } from '../../components/Number.tsx';
import { shortId } from '../../components/short-id.ts';
import { Time } from '../../components/Time.tsx';

const messageOf = (code: string): string => (code in errorTable ? errorTable[code as keyof typeof errorTable].message : code);
const participant = (row: { participant: string }) => (
  <span className="mono" title={row.participant}>
    {shortId(row.participant)}
  </span>
);

export const unscoredColumns: Column<AlertQueue['unscored'][number]>[] = [
  { id: 'participant', header: 'Participant', cell: participant },
  { id: 'posts', header: 'Posts', align: 'end', cell: (row) => <Count of={row.posts} /> },
  { id: 'why', header: 'Why', cell: (row) => row.message },
];

export const stalledColumns: Column<AlertQueue['stalled'][number]>[] = [
  { id: 'participant', header: 'Participant', cell: participant },
  { id: 'kind', header: 'Kind', cell: (row) => <span title={row.source}>{row.kind}</span> },
  { id: 'last', header: 'Last read', cell: (row) => <Time at={row.lastRunAt} none="never" /> },
  { id: 'every', header: 'Due every', cell: (row) => (row.everySeconds === null ? 'by hand' : `${Math.round(row.everySeconds / 60)} min`) },
  { id: 'why', header: 'Why', cell: (row) => (row.code ? messageOf(row.code) : 'It was not read when it was due.') },
];
