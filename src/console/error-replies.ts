import type { FastifyError, FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { hasZodFastifySchemaValidationErrors } from 'fastify-type-provider-zod';
import { AfferentError, type ErrorCode } from '../../schema/errors.ts';
import { MartFailure } from './mart/mart-process.ts';
import { StudySqlError } from './sql/running-query.ts';

export interface ErrorReply {
  error: { code: string; message: string; hint: string; details: Record<string, unknown> };
}

/** The one shape of an error. */
export function errorReply(error: AfferentError, details: Record<string, unknown> = {}): ErrorReply {
  // Who sends requests has no --help.
  const hint = error.code === 'usage' ? 'What is taken is told at /v1/openapi.json' : error.hint;
  return { error: { code: error.code, message: error.message, hint, details: { ...error.place, ...details } } };
}

/** What the framework threw, as a code of ours; its own messages quote input and are dropped. */
function known(thrown: unknown): AfferentError {
  if (thrown instanceof AfferentError) return thrown;
  if (thrown instanceof MartFailure) return new AfferentError('internal');
  const status = (thrown as Partial<FastifyError>)?.statusCode ?? 500;
  const codes: Partial<Record<number, ErrorCode>> = { 404: 'not-found', 413: 'body-too-large', 415: 'media-not-taken', 429: 'too-many' };
  return new AfferentError(codes[status] ?? (status >= 400 && status < 500 ? 'usage' : 'internal'));
}

/** Fields of ours that did not fit, without what was in them; why a query of one's own was refused. */
function detailsOf(thrown: unknown): Record<string, unknown> {
  if (thrown instanceof StudySqlError) return { reason: thrown.reason };
  if (!hasZodFastifySchemaValidationErrors(thrown)) return {};
  const fields = thrown.validation.map((issue) => issue.instancePath.split('/').filter(Boolean)[0] ?? thrown.validationContext ?? '');
  return { fields: [...new Set(fields)] };
}

/** A stack without the message, which may quote what was sent. */
function frames(thrown: unknown): string[] {
  const stack = thrown instanceof Error ? (thrown.stack ?? '') : '';
  return stack.split('\n').filter((line) => line.startsWith('    at '));
}

export function answerErrors(app: FastifyInstance): void {
  app.setErrorHandler((thrown: unknown, request: FastifyRequest, reply: FastifyReply) => {
    const error = known(thrown);
    if (error.code === 'internal') {
      const name = thrown instanceof Error ? thrown.name : typeof thrown;
      request.log.error({ route: request.routeOptions.url, name, frames: frames(thrown) }, 'request failed');
    }
    return reply
      .code(error.status)
      .type('application/json')
      .send(JSON.stringify(errorReply(error, detailsOf(thrown))));
  });
}
