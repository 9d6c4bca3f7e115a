import { shortId } from '../short-id.ts';

type Search = Readonly<Record<string, string | string[] | undefined>>;

const notFilters = new Set(['page', 'size', 'sort']);

interface Props {
  search: Search;
  onChange: (change: Record<string, string | string[] | undefined>) => void;
}

/** What narrows the view, each to be taken away by itself. */
export function ChosenFilters({ search, onChange }: Props) {
  const chosen = Object.entries(search).flatMap(([name, value]) => {
    if (value === undefined || notFilters.has(name)) return [];
    return (Array.isArray(value) ? value : [value]).map((one) => ({ name, one }));
  });
  if (chosen.length === 0) return null;
  const without = (name: string, one: string) => {
    const value = search[name];
    const rest = Array.isArray(value) ? value.filter((other) => other !== one) : [];
    onChange({ [name]: rest.length > 0 ? rest : undefined });
  };
  return (
    <div className="chosen">
      {chosen.map(({ name, one }) => (
        <button key={`${name} ${one}`} type="button" className="chip" title={one} onClick={() => without(name, one)}>
          {name} {shortId(one, 16)} <span aria-hidden="true">×</span>
          <span className="unseen"> remove this filter</span>
        </button>
      ))}
      <button
        type="button"
        className="link small"
        onClick={() => onChange(Object.fromEntries(chosen.map(({ name }) => [name, undefined])))}
      >
        Clear all
      </button>
    </div>
  );
}
