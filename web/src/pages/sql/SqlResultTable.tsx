import type { SqlResult } from '../../api/types.ts';
import { formatCount } from '../../components/Number.tsx';
import { Tag } from '../../components/Tag.tsx';

const numeric = /INT|DOUBLE|FLOAT|DECIMAL|REAL/i;

export function SqlResultTable({ result, csv }: { result: SqlResult; csv: string }) {
  const summary = `${formatCount(result.rows.length)} ${result.rows.length === 1 ? 'row' : 'rows'} in ${(result.elapsedMs / 1000).toFixed(2)} s`;
  return (
    <section className="stack" aria-label="Result">
      <div className="page-head">
        <span role="status" className="number">
          {summary} {result.truncated ? <Tag tone="warn">▲ the first {formatCount(result.limit)} only; the CSV has all</Tag> : null}
        </span>
        <a href={csv} download="query.csv">
          CSV, complete
        </a>
      </div>
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: a box that scrolls must be reachable to be scrolled by keys */}
      <div className="table-box" tabIndex={0}>
        <table className="table">
          <caption className="unseen">Result of the query</caption>
          <thead>
            <tr>
              {result.columns.map((column) => (
                <th key={column.name} scope="col" className={numeric.test(column.type) ? 'end' : undefined}>
                  {column.name} <span className="small sql-type">{column.type.toLowerCase()}</span>
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {result.rows.map((row, index) => (
              <tr key={index}>
                {row.map((value, at) => (
                  <td key={result.columns[at]?.name} className={numeric.test(result.columns[at]?.type ?? '') ? 'end' : 'sql-cell'}>
                    {value === null ? <span className="muted">null</span> : String(value)}
                  </td>
                ))}
              </tr>
            ))}
          </tbody>
        </table>
      </div>
    </section>
  );
}
