import type { ReactNode } from 'react';
import { asApiError } from '../api/error.ts';
import './notice.css';

export function Loading({ what }: { what: string }) {
  return (
    <p className="notice notice-loading" role="status">
      Loading {what}…
    </p>
  );
}

/** Nothing to show: says why, and what would put something here. */
export function Empty({ title, children }: { title: string; children?: ReactNode }) {
  return (
    <div className="notice notice-empty">
      <p className="notice-title">{title}</p>
      {children ? <p className="muted">{children}</p> : null}
    </div>
  );
}

/** An error of the console: what happened, what to do next, its code for a report. */
export function Failure({ error, retry }: { error: unknown; retry?: () => void }) {
  const { message, hint, code } = asApiError(error);
  return (
    <div className="notice notice-failure" role="alert">
      <p className="notice-title">
        <span aria-hidden="true">▲ </span>
        {message}
      </p>
      {hint ? <p>{hint}</p> : null}
      <p className="small muted">
        Code <code>{code}</code>
        {retry ? (
          <>
            {' · '}
            <button type="button" className="link" onClick={retry}>
              Try again
            </button>
          </>
        ) : null}
      </p>
    </div>
  );
}

export function ResearchOnly() {
  return <p className="research-only small">For research, not diagnosis. Each score is shown with the grade of its evidence.</p>;
}
