import { AfferentError } from '../../schema/errors.ts';

const answerMs = 30_000;
/** Longest answer that is read, bytes. */
const mostBytes = 32 * 1024 * 1024;
/** Waits, seconds, where the other side names none, and at most. */
const [usualWait, longestWait] = [60, 86_400];

export interface Answer {
  json: unknown;
  /** Address of the next page, where a `Link` header names one. */
  next: string | null;
}

/** The other side asked to be left alone until then. */
export class AskedToWait extends Error {
  readonly until: string;

  constructor(until: string) {
    super('asked to wait');
    this.until = until;
  }
}

/**
 * Asks for JSON. Nothing of what was sent or answered goes into an error.
 * @throws AskedToWait at 429 and 503, AfferentError `feed-refused` at 401 and 403, `feed-odd`, `feed-down`
 */
export async function ask(url: string | URL, init: RequestInit, signal: AbortSignal): Promise<Answer> {
  let response: Response;
  let text: string;
  try {
    // What is posted holds secrets: it is not sent on to wherever an answer points.
    const redirect = init.method === 'POST' ? 'error' : 'follow';
    response = await fetch(url, { ...init, redirect, signal: AbortSignal.any([signal, AbortSignal.timeout(answerMs)]) });
    text = await bounded(response);
  } catch (thrown) {
    throw thrown instanceof AfferentError ? thrown : new AfferentError('feed-down');
  }
  const { status } = response;
  if (status === 429 || status === 503) throw new AskedToWait(waitUntil(response.headers.get('retry-after')));
  if (status === 401 || status === 403) throw new AfferentError('feed-refused');
  if (!response.ok) throw new AfferentError(status >= 500 ? 'feed-down' : 'feed-odd');
  try {
    return { json: JSON.parse(text, keepDigits), next: nextOf(response.headers.get('link'), response.url) };
  } catch {
    throw new AfferentError('feed-odd');
  }
}

/** The body as text, as long as it is not longer than what is read. */
async function bounded(response: Response): Promise<string> {
  const pieces: Uint8Array[] = [];
  let bytes = 0;
  for await (const piece of response.body ?? []) {
    bytes += piece.length;
    if (bytes > mostBytes) throw new AfferentError('feed-odd');
    pieces.push(piece);
  }
  return Buffer.concat(pieces).toString('utf8');
}

/** An id that is a number too large for one stays as it was written. */
function keepDigits(_key: string, value: unknown, context?: { source?: string }): unknown {
  const source = context?.source;
  if (typeof value !== 'number' || Number.isSafeInteger(value) || source === undefined || !/^-?\d+$/.test(source)) return value;
  return (JSON as unknown as { rawJSON(text: string): unknown }).rawJSON(source);
}

/** Seconds or a date. */
function waitUntil(header: string | null): string {
  const seconds = header === null ? usualWait : /^\d+$/.test(header) ? Number(header) : (Date.parse(header) - Date.now()) / 1000;
  const bounded = Number.isFinite(seconds) ? Math.min(Math.max(seconds, 1), longestWait) : usualWait;
  return new Date(Date.now() + bounded * 1000).toISOString();
}

/** A next page must be of the same server: a token goes with the request. */
function nextOf(link: string | null, base: string): string | null {
  const found = /<([^>]+)>\s*;[^,]*\brel="?next"?/i.exec(link ?? '')?.[1];
  if (found === undefined || !URL.canParse(found, base)) return null;
  const next = new URL(found, base);
  return next.origin === new URL(base).origin ? next.href : null;
}
