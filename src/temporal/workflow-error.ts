import { WorkflowFailedError } from '@temporalio/client';
import { ActivityFailure, ApplicationFailure } from '@temporalio/common';
import { AfferentError, type ErrorCode, errorTable } from '../../schema/errors.ts';

/** What a workflow has failed with, where it is an error of ours that was foreseen; else what was thrown. */
export function toWorkflowError(thrown: unknown): unknown {
  if (!(thrown instanceof WorkflowFailedError)) return thrown;
  const cause = thrown.cause instanceof ActivityFailure ? thrown.cause.cause : thrown.cause;
  const code = cause instanceof ApplicationFailure ? cause.type : undefined;
  return code && code !== 'internal' && Object.hasOwn(errorTable, code) ? new AfferentError(code as ErrorCode) : thrown;
}
