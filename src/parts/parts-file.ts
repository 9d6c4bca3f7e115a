import { mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { isRunning, type ProcessIdentity } from './process-identity.ts';

/** What is up for a home, in `run/parts.json`: written by the owner once all parts answer. */
export interface PartsFile {
  /** The process that started them and ends them, and its verb. */
  owner: ProcessIdentity & { verb: string };
  /** Address of the Temporal server. */
  temporal: string;
  /** The server's process when it is ours. */
  server: ProcessIdentity | null;
  /** Temporal's own pages. */
  ui: string | null;
  /** Null while only a worker is needed. */
  console: string | null;
  ready: boolean;
}

const fileOf = (home: string) => join(home, 'run', 'parts.json');

export function readParts(home: string): PartsFile | null {
  try {
    return JSON.parse(readFileSync(fileOf(home), 'utf8')) as PartsFile;
  } catch {
    return null;
  }
}

/** Written whole: a reader sees the old one or the new one. */
export function writeParts(home: string, parts: PartsFile): void {
  mkdirSync(join(home, 'run'), { recursive: true, mode: 0o700 });
  const made = `${fileOf(home)}.${process.pid}`;
  writeFileSync(made, `${JSON.stringify(parts, null, 2)}\n`, { mode: 0o600 });
  renameSync(made, fileOf(home));
}

export function removeParts(home: string): void {
  rmSync(fileOf(home), { force: true });
}

/** The parts that are up: their owner lives and has said that they are ready. */
export function liveParts(home: string): PartsFile | null {
  const parts = readParts(home);
  return parts?.ready && isRunning(parts.owner) ? parts : null;
}

/** Address of the console that is up for this home. */
export function consoleUrl(home: string): string | null {
  return liveParts(home)?.console ?? null;
}
