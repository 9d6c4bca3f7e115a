import { type FormEvent, useEffect, useState } from 'react';
import type { Facet } from '../../api/types.ts';
import { Button } from '../Button.tsx';
import { Field } from '../Field.tsx';
import { FacetList } from './FacetList.tsx';
import './filter.css';

/** The filters of an address, as Records and Scores share them. */
export interface ScoreFilterSearch {
  participant?: string[];
  kind?: string[];
  head?: string[];
  grade?: string[];
  key?: string;
  min?: string;
  max?: string;
  decision?: string;
  from?: string;
  to?: string;
}

interface Props {
  search: ScoreFilterSearch;
  facets: Partial<Record<'participant' | 'kind' | 'head' | 'grade' | 'key', Facet>>;
  onChange: (change: ScoreFilterSearch) => void;
}

const titles = { head: 'Head', grade: 'Validity grade', participant: 'Participant', kind: 'Source kind' } as const;
const lists = ['head', 'grade', 'participant', 'kind'] as const;
const wide = () => window.matchMedia('(min-width: 1001px)').matches;

/** Facets take effect at once; typed values with the button, or Enter. */
export function ScoreFilters({ search, facets, onChange }: Props) {
  const [open] = useState(wide);
  return (
    <details className="filters" open={open}>
      <summary>Filters</summary>
      <div className="filters-body">
        {lists.map((name) => (
          <FacetList
            key={name}
            title={titles[name]}
            facet={facets[name] ?? []}
            chosen={search[name] ?? []}
            onChange={(values) => onChange({ [name]: values })}
          />
        ))}
        <TypedFilters search={search} keys={facets.key ?? []} onChange={onChange} />
      </div>
    </details>
  );
}

const typed = ['key', 'min', 'max', 'decision', 'from', 'to'] as const;
type Typed = Record<(typeof typed)[number], string>;
const typedOf = (search: ScoreFilterSearch): Typed => Object.fromEntries(typed.map((name) => [name, search[name] ?? ''])) as Typed;

function TypedFilters({ search, keys, onChange }: { search: ScoreFilterSearch; keys: Facet; onChange: Props['onChange'] }) {
  const [draft, setDraft] = useState(() => typedOf(search));
  const address = JSON.stringify(typedOf(search));
  useEffect(() => setDraft(JSON.parse(address) as Typed), [address]);
  const input = (name: keyof Typed) => ({
    name,
    value: draft[name],
    onChange: (event: { target: { value: string } }) => setDraft({ ...draft, [name]: event.target.value }),
  });
  const apply = (event: FormEvent) => {
    event.preventDefault();
    onChange(Object.fromEntries(typed.map((name) => [name, draft[name] || undefined])));
  };
  return (
    <form onSubmit={apply} className="stack">
      <Field label="Label or value">
        <input {...input('key')} list="score-keys" placeholder="such as joy, severity" autoComplete="off" />
        <datalist id="score-keys">
          {keys.map((one) => (
            <option key={one.value} value={one.value} />
          ))}
        </datalist>
      </Field>
      <div className="filters-pair">
        <Field label="At least">
          <input {...input('min')} type="number" step="any" />
        </Field>
        <Field label="At most">
          <input {...input('max')} type="number" step="any" />
        </Field>
      </div>
      <Field label="Decision">
        <input {...input('decision')} placeholder="a label, a level, yes, no" autoComplete="off" />
      </Field>
      <Field label="From day">
        <input {...input('from')} type="date" />
      </Field>
      <Field label="To day">
        <input {...input('to')} type="date" />
      </Field>
      <Button main type="submit" disabled={JSON.stringify(draft) === address}>
        Apply
      </Button>
    </form>
  );
}
