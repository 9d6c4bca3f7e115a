import { QueryCache, QueryClient } from '@tanstack/react-query';
import { ApiError } from './error.ts';

/** `onSignedOut` is called when the console no longer knows who asks. */
export function createClient(onSignedOut: () => void): QueryClient {
  const client = new QueryClient({
    queryCache: new QueryCache({
      onError: (error, query) => {
        if (error instanceof ApiError && error.status === 401 && query.queryKey[0] !== 'me') onSignedOut();
      },
    }),
    defaultOptions: {
      queries: {
        staleTime: 5000,
        refetchOnWindowFocus: true,
        // An answer of the console is final; only silence is worth asking again.
        retry: (failures, error) => error instanceof ApiError && error.status === 0 && failures < 2,
      },
    },
  });
  return client;
}
