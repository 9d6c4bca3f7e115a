import type { Entry } from '../reading/container.ts';
import { bytesOf, peopleIn as peopleBy } from '../reading/people-in.ts';
import { shape } from './columns.ts';

/** Whether a file explains the columns of another: its first one is `columnName`. */
export async function isMeta(entry: Entry): Promise<boolean> {
  for await (const chunk of bytesOf(entry)) return /^"?columnName"?[;,]/.test(chunk.toString('latin1', 0, 100));
  return false;
}

/** Whose beeps a file holds, as far as the second one. */
export function peopleIn(entry: Entry): Promise<ReadonlySet<string>> {
  return peopleBy(entry, 'connectionId', shape);
}
