import type { SqlTables } from '../../api/types.ts';
import { Panel } from '../../components/Panel.tsx';

/** What can be asked about, and queries to begin with. */
export function TableList({ tables, onChoose }: { tables: SqlTables; onChoose: (sql: string) => void }) {
  return (
    <div className="stack">
      <Panel title="Begin with">
        <ul className="sql-examples">
          {tables.examples.map((example) => (
            <li key={example.title}>
              <button type="button" className="link" onClick={() => onChoose(example.sql)}>
                {example.title}
              </button>
            </li>
          ))}
        </ul>
      </Panel>
      <Panel title="Tables">
        {tables.tables.map((table) => (
          <details key={table.name}>
            <summary>
              <code>{table.name}</code> <span className="muted small">{table.about}</span>
            </summary>
            <dl className="sql-columns">
              {table.columns.map((column) => (
                <div key={column.name}>
                  <dt>
                    <code>{column.name}</code> <span className="muted small">{column.type.toLowerCase()}</span>
                  </dt>
                  <dd className="small muted">{column.about}</dd>
                </div>
              ))}
            </dl>
          </details>
        ))}
      </Panel>
    </div>
  );
}
