import type { ClaimUpdate, CloseUpdate, RateUpdate } from '../../schema/alerts.ts';
import { AfferentError, type ErrorCode, errorTable } from '../../schema/errors.ts';

/**
 * Temporal Updates on the workflow `review/<alertId>`, named `claim`, `rate` and `close`; each resolves once the workflow has
 * taken it and rejects with what the client threw.
 */
export interface ReviewClient {
  claim(alert: string, update: ClaimUpdate): Promise<void>;
  rate(alert: string, update: RateUpdate): Promise<void>;
  close(alert: string, update: CloseUpdate): Promise<void>;
}

/**
 * What an Update was refused with, as an error of ours: a validator's ApplicationFailure has our code as its type,
 * somewhere down the chain of causes. Whatever else went wrong is between us and the server.
 */
export function reviewError(thrown: unknown): AfferentError {
  for (let error = thrown, depth = 0; error instanceof Error && depth < 8; error = error.cause, depth++) {
    if (error instanceof AfferentError) return error;
    const { type } = error as { type?: unknown };
    if (typeof type === 'string' && Object.hasOwn(errorTable, type)) return new AfferentError(type as ErrorCode);
  }
  return new AfferentError('temporal-down');
}
