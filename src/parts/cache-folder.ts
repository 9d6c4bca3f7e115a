import { homedir } from 'node:os';
import { join } from 'node:path';

/** Where what is downloaded or built once for the user is kept, whatever home is used. */
export function cacheFolder(env: NodeJS.ProcessEnv = process.env): string {
  return join(env.XDG_CACHE_HOME || join(homedir(), '.cache'), 'afferent');
}
