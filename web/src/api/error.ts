/** What the console says went wrong: a code of the error table, a sentence, and what to do next. */
export class ApiError extends Error {
  readonly code: string;
  readonly hint: string;
  readonly status: number;

  constructor(status: number, code: string, message: string, hint: string) {
    super(message);
    this.name = 'ApiError';
    this.status = status;
    this.code = code;
    this.hint = hint;
  }
}

const unreachable = (status: number) =>
  new ApiError(status, 'unreachable', 'The console does not answer.', 'See whether afferent up is still running, then try again.');

/** Reads `{error: {code, message, hint}}`; anything else means that what answered was not the console. */
export function apiErrorFrom(status: number, body: unknown): ApiError {
  if (typeof body === 'object' && body !== null && 'error' in body) {
    const error = body.error as Partial<Record<'code' | 'message' | 'hint', string>> | null;
    if (error && typeof error.code === 'string') {
      return new ApiError(status, error.code, error.message ?? error.code, error.hint ?? '');
    }
  }
  return unreachable(status);
}

export function asApiError(thrown: unknown): ApiError {
  if (thrown instanceof ApiError) return thrown;
  return unreachable(0);
}
