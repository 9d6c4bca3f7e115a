import { stat } from 'node:fs/promises';
import { join } from 'node:path';

const modelsFolder = join(import.meta.dirname, '../../models');

/** Folder of the model for a kind of input: one given by path or by name, else the one that is shipped. */
export async function modelFolder(given: string | undefined, kind: 'text' | 'e4'): Promise<string> {
  if (given === undefined) return join(modelsFolder, kind);
  const isFolder = await stat(given).then(
    (found) => found.isDirectory(),
    () => false,
  );
  return isFolder ? given : join(modelsFolder, given);
}
