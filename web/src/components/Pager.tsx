import { Button } from './Button.tsx';
import { formatCount } from './Number.tsx';

interface Props {
  page: number;
  size: number;
  total: number;
  what: string;
  onPage: (page: number) => void;
}

export function Pager({ page, size, total, what, onPage }: Props) {
  const pages = Math.max(1, Math.ceil(total / size));
  const first = total === 0 ? 0 : (page - 1) * size + 1;
  return (
    <nav className="row" aria-label="Pages of the table">
      <span className="small muted number" role="status">
        {formatCount(first)}–{formatCount(Math.min(total, page * size))} of {formatCount(total)} {what}
      </span>
      {pages > 1 ? (
        <span className="row">
          <Button disabled={page <= 1} onClick={() => onPage(page - 1)} aria-label="Previous page">
            ←
          </Button>
          <span className="small number">
            page {formatCount(page)} of {formatCount(pages)}
          </span>
          <Button disabled={page >= pages} onClick={() => onPage(page + 1)} aria-label="Next page">
            →
          </Button>
        </span>
      ) : null}
    </nav>
  );
}
