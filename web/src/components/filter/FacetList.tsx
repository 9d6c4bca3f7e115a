import { useState } from 'react';
import type { Facet } from '../../api/types.ts';
import { formatCount } from '../Number.tsx';
import { shortId } from '../short-id.ts';

interface Props {
  title: string;
  facet: Facet;
  chosen: readonly string[];
  onChange: (chosen: string[] | undefined) => void;
}

const many = 8;

/** Values of one column with their counts; several may be chosen. Chosen ones stay even where nothing is left of them. */
export function FacetList({ title, facet, chosen, onChange }: Props) {
  const [find, setFind] = useState('');
  const gone = chosen.filter((value) => !facet.some((one) => one.value === value)).map((value) => ({ value, count: 0 }));
  const all = [...facet, ...gone];
  const shown = all.filter((one) => one.value.toLowerCase().includes(find.toLowerCase()));
  const toggle = (value: string) => {
    const next = chosen.includes(value) ? chosen.filter((one) => one !== value) : [...chosen, value];
    onChange(next.length > 0 ? next : undefined);
  };
  if (all.length === 0) return null;
  return (
    <fieldset className="facet">
      <legend>{title}</legend>
      {all.length > many ? (
        <input
          type="search"
          className="facet-find"
          aria-label={`Find in ${title}`}
          placeholder="Find…"
          value={find}
          onChange={(event) => setFind(event.target.value)}
        />
      ) : null}
      <div className="facet-values">
        {shown.map((one) => (
          <label key={one.value} className="facet-value">
            <input type="checkbox" checked={chosen.includes(one.value)} onChange={() => toggle(one.value)} />
            <span title={one.value}>{shortId(one.value, 15)}</span>
            <span className="muted number">{formatCount(one.count)}</span>
          </label>
        ))}
        {shown.length === 0 ? <p className="small muted">Nothing like this.</p> : null}
      </div>
    </fieldset>
  );
}
