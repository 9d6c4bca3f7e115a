import { useQuery } from '@tanstack/react-query';
import { completenessQuery } from '../../api/queries.ts';
import { studyPath } from '../../api/request.ts';
import type { CompletenessSource, Gap } from '../../api/types.ts';
import { type Column, DataTable } from '../DataTable.tsx';
import { Downloads } from '../Downloads.tsx';
import { Loaded } from '../Loaded.tsx';
import { sourceLabel } from '../ledger/describe.ts';
import { Empty } from '../Notice.tsx';
import { Count } from '../Number.tsx';
import { Panel } from '../Panel.tsx';
import './completeness.css';

type GapRow = Gap & Pick<CompletenessSource, 'source' | 'kind' | 'participant'>;

/** Longest gaps that the page lists; the downloads have every day. */
const listed = 20;

/** Days of each source as a picture in which a missing day is a hole, and the longest gaps with their causes. */
export function CompletenessPanel({ study }: { study: string }) {
  const query = useQuery(completenessQuery(study));
  return (
    <Panel title="Completeness" aside={<Downloads study={study} table="completeness" search={{}} />}>
      <Loaded query={query} what="the completeness">
        {({ sources }) =>
          sources.every((source) => source.days.length === 0) ? (
            <Empty title="Nothing has arrived yet.">Ingest a source, and its days appear here.</Empty>
          ) : (
            <>
              <div className="completeness-scroll">
                <img
                  src={`${studyPath(study, 'completeness')}.svg?at=${query.dataUpdatedAt}`}
                  alt="A row for each source, a column for each day; the table below has the gaps"
                />
              </div>
              <DataTable
                quietCaption
                caption="Longest gaps, with their causes where known"
                columns={columns}
                rows={longestGaps(sources)}
                rowId={(row) => `${row.source} ${row.from}`}
              />
            </>
          )
        }
      </Loaded>
    </Panel>
  );
}

const columns: Column<GapRow>[] = [
  { id: 'source', header: 'Source', cell: (row) => <span title={row.source}>{sourceLabel(row)}</span> },
  { id: 'from', header: 'From', cell: (row) => row.from },
  { id: 'to', header: 'To', cell: (row) => row.to },
  { id: 'days', header: 'Days', align: 'end', cell: (row) => <Count of={row.days} /> },
  { id: 'cause', header: 'Cause', cell: (row) => row.cause.replaceAll('-', ' ') },
];

function longestGaps(sources: readonly CompletenessSource[]): GapRow[] {
  const gaps = sources.flatMap(({ source, kind, participant, gaps: own }) => own.map((gap) => ({ ...gap, source, kind, participant })));
  return gaps.sort((a, b) => b.days - a.days || (a.from < b.from ? -1 : 1)).slice(0, listed);
}
