import { AfferentError } from '../../schema/errors.ts';
import type { Config } from '../config/config.ts';
import { takeLock } from './home-lock.ts';
import { liveParts, type PartsFile } from './parts-file.ts';
import { startParts } from './start-parts.ts';
import { answersAt } from './temporal-ready.ts';

export interface UsedParts {
  file: PartsFile;
  /** Whether this process started them and ends them. */
  own: boolean;
  /** Ends them when they are ours, once nobody else uses them; `now` is aborted when that is not to be waited for. */
  release(now?: AbortSignal): Promise<void>;
}

export interface PartsWanted {
  verb: string;
  console: boolean;
  /** `own`: only parts of our own will do, as `up` needs. */
  own: boolean;
}

const lookAgain = 200;
/** Verbs whose parts stay up until they are told to end. */
const lasting = new Set(['up', 'demo']);

/**
 * The parts of a home: those that are up, or new ones.
 * @throws AfferentError `home-busy` when they must be ours and another `up` or `demo` has them; see also `startParts`
 */
export async function useParts(config: Config, wanted: PartsWanted, tell: (line: string) => void, signal: AbortSignal): Promise<UsedParts> {
  for (let told = false; ; told = true) {
    if (signal.aborted) throw new AfferentError('interrupted');
    const owner = takeLock(config.home, 'owner', 'exclusive');
    if (owner) {
      try {
        const { file, stop } = await startParts(config, wanted, tell, signal);
        const release = async (now?: AbortSignal) => {
          const clients = await lastUser(config.home, tell, now);
          await stop();
          clients?.release();
          owner.release();
        };
        return { file, own: true, release };
      } catch (thrown) {
        owner.release();
        throw thrown;
      }
    }
    const used = wanted.own ? refuseIfLasting(config.home) : await joinParts(config.home);
    if (used) return used;
    if (!told) tell('Waiting for another afferent on this data folder, which is starting or ending …');
    await new Promise((resolve) => setTimeout(resolve, lookAgain));
  }
}

function refuseIfLasting(home: string): null {
  const parts = liveParts(home);
  if (parts && lasting.has(parts.owner.verb)) {
    throw new AfferentError('home-busy', {
      what: `it is up already, by process ${parts.owner.pid}${parts.console ? `, at ${parts.console}` : ''}`,
    });
  }
  return null;
}

async function joinParts(home: string): Promise<UsedParts | null> {
  // The lock comes first: who has it is waited for.
  const client = takeLock(home, 'clients', 'shared');
  if (!client) return null;
  const file = liveParts(home);
  if (file && (await answersAt(file.temporal))) return { file, own: false, release: async () => client.release() };
  client.release();
  return null;
}

/** Waits until no other process uses the parts, and keeps new ones from beginning to. */
async function lastUser(home: string, tell: (line: string) => void, now: AbortSignal | undefined) {
  for (let told = false; !now?.aborted; told = true) {
    const clients = takeLock(home, 'clients', 'exclusive');
    if (clients) return clients;
    if (!told) tell('Waiting for other commands that use these parts; Ctrl-C ends them all …');
    await new Promise((resolve) => setTimeout(resolve, lookAgain));
  }
  return null;
}
