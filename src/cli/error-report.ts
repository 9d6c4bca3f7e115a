import type { AfferentError } from '../../schema/errors.ts';

/**
 * Says what went wrong and what to do next, on standard error; with `--json` also as the one error document.
 * @param thrown what was caught; its stack is shown when AFFERENT_DEBUG is set, never its message otherwise
 * @returns the exit code
 */
export function reportError(error: AfferentError, thrown: unknown, json: boolean): number {
  const { code, message, hint, place } = error;
  if (json) process.stdout.write(`${JSON.stringify({ error: { code, message, hint, details: place } }, null, 2)}\n`);
  process.stderr.write(`error: ${message}\nhint: ${hint}\n`);
  if (process.env.AFFERENT_DEBUG && thrown instanceof Error) process.stderr.write(`${thrown.stack}\n`);
  return error.exit;
}
