import { ActivityFailure, ApplicationFailure } from '@temporalio/workflow';

/** The code of our error table inside a failure; `internal` for anything else. */
export function codeOf(thrown: unknown): string {
  const cause = thrown instanceof ActivityFailure ? thrown.cause : thrown;
  return cause instanceof ApplicationFailure && cause.type ? cause.type : 'internal';
}
