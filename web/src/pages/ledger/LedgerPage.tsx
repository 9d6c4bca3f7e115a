import { useQuery } from '@tanstack/react-query';
import { getRouteApi } from '@tanstack/react-router';
import { ledgerQuery } from '../../api/queries.ts';
import { Button } from '../../components/Button.tsx';
import { Downloads } from '../../components/Downloads.tsx';
import { Field } from '../../components/Field.tsx';
import { Loaded } from '../../components/Loaded.tsx';
import { sourceLabel } from '../../components/ledger/describe.ts';
import { LedgerNumbers } from '../../components/ledger/LedgerNumbers.tsx';
import { LedgerPicture } from '../../components/ledger/LedgerPicture.tsx';
import { OutcomeStrip } from '../../components/OutcomeStrip.tsx';
import { Panel } from '../../components/Panel.tsx';

const route = getRouteApi('/signed-in/studies/$study/ledger');

export function LedgerPage() {
  const { study } = route.useParams();
  const search = route.useSearch();
  const navigate = route.useNavigate();
  const query = useQuery(ledgerQuery(study, search));
  const all = useQuery(ledgerQuery(study));
  const set = (change: typeof search) => void navigate({ search: (old) => ({ ...old, ...change }) });
  return (
    <>
      <div className="page-head">
        <h1>Ledger</h1>
        <Downloads study={study} table="ledger" search={search} />
      </div>
      <search className="row row-end">
        <Field label="Source">
          <select value={search.source ?? ''} onChange={(event) => set({ source: event.target.value || undefined })}>
            <option value="">All sources</option>
            {all.data?.sources.map((source) => (
              <option key={source.source} value={source.source}>
                {sourceLabel(source)}
              </option>
            ))}
          </select>
        </Field>
        <Field label="From">
          <input type="date" value={search.from ?? ''} onChange={(event) => set({ from: event.target.value || undefined })} />
        </Field>
        <Field label="To">
          <input type="date" value={search.to ?? ''} onChange={(event) => set({ to: event.target.value || undefined })} />
        </Field>
        <Button onClick={() => void navigate({ search: {} })} disabled={Object.keys(search).length === 0}>
          Clear
        </Button>
      </search>
      <Loaded query={query} what="the ledger">
        {(ledger) => (
          <div className="stack">
            <Panel title="Every unit accounted for">
              <OutcomeStrip totals={ledger.totals} />
              <LedgerPicture key={JSON.stringify(search)} sources={ledger.sources} />
            </Panel>
            <Panel title="Numbers">
              <LedgerNumbers sources={ledger.sources} />
            </Panel>
          </div>
        )}
      </Loaded>
    </>
  );
}
