import { ApiError, apiErrorFrom } from './error.ts';

/** Query values; absent and empty ones are left out of the address, lists are repeated. */
export type Query = Readonly<Record<string, string | number | readonly string[] | undefined>>;

export function queryString(query: Query): string {
  const params = new URLSearchParams();
  for (const [name, value] of Object.entries(query)) {
    if (value === undefined || value === '') continue;
    if (typeof value === 'object') for (const one of value) params.append(name, one);
    else params.set(name, String(value));
  }
  const text = params.toString();
  return text ? `?${text}` : '';
}

/** Path under /v1 of a study, with its parts made safe for an address. */
export const studyPath = (study: string, ...parts: string[]) => ['/v1/studies', ...[study, ...parts].map(encodeURIComponent)].join('/');

/** Writes carry a header that a page of another origin cannot send. */
async function send<T>(method: string, path: string, body?: unknown, signal?: AbortSignal): Promise<T> {
  const headers: Record<string, string> = { accept: 'application/json' };
  if (method !== 'GET') headers['x-afferent'] = '1';
  if (body !== undefined) headers['content-type'] = 'application/json';
  const init: RequestInit = { method, headers, credentials: 'same-origin', signal: signal ?? null };
  if (body !== undefined) init.body = JSON.stringify(body);
  const response = await fetch(path, init).catch((error: unknown) => {
    if (error instanceof DOMException && error.name === 'AbortError') throw error;
    throw new ApiError(0, 'unreachable', 'The console does not answer.', 'See whether afferent up is still running, then try again.');
  });
  const answer: unknown = await response.json().catch(() => null);
  if (!response.ok) throw apiErrorFrom(response.status, answer);
  return answer as T;
}

export const get = <T>(path: string, signal?: AbortSignal) => send<T>('GET', path, undefined, signal);
export const post = <T>(path: string, body?: unknown) => send<T>('POST', path, body);
export const remove = <T>(path: string) => send<T>('DELETE', path);
