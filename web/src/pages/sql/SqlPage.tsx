import { useMutation, useQuery } from '@tanstack/react-query';
import { getRouteApi } from '@tanstack/react-router';
import { type KeyboardEvent, useState } from 'react';
import { asApiError } from '../../api/error.ts';
import { sqlTablesQuery } from '../../api/queries.ts';
import { post, queryString, remove, studyPath } from '../../api/request.ts';
import type { SqlResult } from '../../api/types.ts';
import { uuid } from '../../api/uuid.ts';
import { Button } from '../../components/Button.tsx';
import '../../components/controls.css';
import { Loaded } from '../../components/Loaded.tsx';
import { Failure, ResearchOnly } from '../../components/Notice.tsx';
import { Running } from './Running.tsx';
import { SqlResultTable } from './SqlResultTable.tsx';
import { TableList } from './TableList.tsx';
import './sql.css';

const route = getRouteApi('/signed-in/studies/$study/sql');

interface Ask {
  id: string;
  sql: string;
}

/** Read-only SQL over the study's scored data; the address holds the query that was run last. */
export function SqlPage() {
  const { study } = route.useParams();
  const search = route.useSearch();
  const navigate = route.useNavigate();
  const tables = useQuery(sqlTablesQuery(study));
  const [draft, setDraft] = useState(search.sql ?? '');
  const run = useMutation({ mutationFn: (ask: Ask) => post<SqlResult>(studyPath(study, 'sql'), ask) });
  const cancel = useMutation({ mutationFn: (id: string) => remove(studyPath(study, 'sql', id)) });

  const start = () => {
    const sql = draft.trim();
    if (!sql || run.isPending) return;
    void navigate({ search: { sql } });
    cancel.reset();
    run.mutate({ id: uuid(), sql });
  };
  const keys = (event: KeyboardEvent) => {
    if (event.key === 'Enter' && (event.ctrlKey || event.metaKey)) start();
  };
  return (
    <>
      <div className="page-head">
        <h1>SQL</h1>
        <span className="small muted">One SELECT over this study; nothing can be changed.</span>
      </div>
      <ResearchOnly />
      <div className="sql">
        <div className="stack">
          <div className="field">
            <label htmlFor="sql-editor">Query</label>
            <textarea
              id="sql-editor"
              className="mono sql-editor"
              rows={8}
              spellCheck={false}
              autoCapitalize="none"
              autoComplete="off"
              value={draft}
              onChange={(event) => setDraft(event.target.value)}
              onKeyDown={keys}
              placeholder="select …"
            />
          </div>
          <div className="row">
            <Button main onClick={start} disabled={run.isPending || !draft.trim()}>
              Run
            </Button>
            <Button onClick={() => run.variables && cancel.mutate(run.variables.id)} disabled={!run.isPending || cancel.isPending}>
              Cancel
            </Button>
            <span className="small muted">Ctrl + Enter runs</span>
            {run.isPending ? <Running key={run.variables.id} /> : null}
          </div>
          {cancel.isError ? <Failure error={cancel.error} /> : null}
          {run.isError ? <Outcome error={run.error} /> : null}
          {run.isSuccess ? (
            <SqlResultTable
              result={run.data}
              csv={`/studies/${encodeURIComponent(study)}/sql.csv${queryString({ sql: run.variables.sql })}`}
            />
          ) : null}
        </div>
        <Loaded query={tables} what="the tables">
          {(data) => <TableList tables={data} onChoose={setDraft} />}
        </Loaded>
      </div>
    </>
  );
}

/** Being cancelled is what was asked for, not a failure. */
function Outcome({ error }: { error: unknown }) {
  const { code, message, hint } = asApiError(error);
  if (code !== 'study-sql-cancelled') return <Failure error={error} />;
  return (
    <p className="notice" role="status">
      {message} {hint}
    </p>
  );
}
