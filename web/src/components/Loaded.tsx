import type { UseQueryResult } from '@tanstack/react-query';
import type { ReactNode } from 'react';
import { Failure, Loading } from './Notice.tsx';

/** Shows what a query brought, or that it is loading, or what went wrong. Old data stays while new is fetched. */
export function Loaded<T>({ query, what, children }: { query: UseQueryResult<T>; what: string; children: (data: T) => ReactNode }) {
  if (query.data !== undefined) {
    return (
      <div aria-busy={query.isFetching}>
        {query.isError ? <Failure error={query.error} retry={() => void query.refetch()} /> : null}
        {children(query.data)}
      </div>
    );
  }
  if (query.isError) return <Failure error={query.error} retry={() => void query.refetch()} />;
  return <Loading what={what} />;
}
