import type { Outcomes } from '../api/types.ts';
import { Count } from './Number.tsx';
import './outcome-strip.css';

const parts = ['stored', 'duplicate', 'quarantined', 'excluded', 'erased'] as const;

/** The equation of the ledger with its numbers. */
export function OutcomeStrip({ totals }: { totals: Outcomes }) {
  const sum = parts.reduce((all, name) => all + totals[name], 0);
  return (
    <dl className="outcomes">
      <div>
        <dt>received</dt>
        <dd>
          <Count of={totals.received} />
        </dd>
      </div>
      <span aria-hidden="true">=</span>
      {parts.map((name, index) => (
        <div key={name} className="outcome">
          {index > 0 ? (
            <span aria-hidden="true" className="plus">
              +
            </span>
          ) : null}
          <div>
            <dt>{name}</dt>
            <dd>
              <Count of={totals[name]} />
            </dd>
          </div>
        </div>
      ))}
      {sum === totals.received ? (
        <span className="tag tag-good">✓ balanced</span>
      ) : (
        <span className="tag tag-bad">▲ off by {totals.received - sum}: run afferent ledger --check</span>
      )}
    </dl>
  );
}
