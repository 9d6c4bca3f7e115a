import { AfferentError, type ErrorCode, toAfferentError } from '../../../schema/errors.ts';

/** What the system says when it is in the way and not the file: another try may read it. */
const passing: ReadonlySet<string> = new Set([
  'EACCES',
  'EAGAIN',
  'EBUSY',
  'EIO',
  'EMFILE',
  'ENFILE',
  'ENOMEM',
  'EPERM',
  'ESTALE',
  'ETIMEDOUT',
]);

/**
 * Why a file could not be opened or read: `file-gone`, `disk-full` where it is copied first and has no room, `file-changed` with the system's own name of an error
 * that may pass, or `damaged` for everything that another try would meet again. An AfferentError stays itself.
 */
export function readFault(thrown: unknown, damaged: ErrorCode): AfferentError {
  if (thrown instanceof AfferentError) return thrown;
  const name = thrown instanceof Error ? (thrown as NodeJS.ErrnoException).code : undefined;
  const error = toAfferentError(thrown);
  if (error.code === 'disk-full') return error;
  if (name === 'ENOENT') return new AfferentError('file-gone');
  if (name !== undefined && passing.has(name)) return new AfferentError('file-changed', { what: name });
  return new AfferentError(damaged);
}

/** Whether a fault says nothing of the content: it must end the reading, never a unit's account. */
export function mayPass({ code, place }: AfferentError): boolean {
  return code === 'file-gone' || code === 'disk-full' || (code === 'file-changed' && place.what !== undefined && passing.has(place.what));
}
