import { createHash } from 'node:crypto';

/**
 * An id for what its source gives none: made of the fields that tell records apart, so that it is the same in every
 * later export. 32 hexadecimal digits.
 */
export function contentId(...fields: (string | number | null)[]): string {
  return createHash('sha256').update(JSON.stringify(fields)).digest('hex').slice(0, 32);
}
