import { Link } from '@tanstack/react-router';
import { Empty } from '../components/Notice.tsx';

export function NotFound() {
  return (
    <Empty title="There is nothing at this address.">
      Go to <Link to="/">your studies</Link>.
    </Empty>
  );
}
