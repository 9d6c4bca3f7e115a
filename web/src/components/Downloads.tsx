import { type Query, queryString } from '../api/request.ts';

/** Links to every row of just this view: the page's own address with .csv or .json, without its paging. */
export function Downloads({ study, table, search }: { study: string; table: string; search: Query }) {
  const query = queryString({ ...search, page: undefined, size: undefined });
  const base = `/studies/${encodeURIComponent(study)}/${table}`;
  return (
    <span className="small">
      All rows of this view:{' '}
      <a href={`${base}.csv${query}`} download={`${study}-${table}.csv`}>
        CSV
      </a>
      {' · '}
      <a href={`${base}.json${query}`} target="_blank" rel="noreferrer">
        JSON
      </a>
    </span>
  );
}
