import { once } from 'node:events';
import { WebSocket } from 'ws';
import { AfferentError } from '../../schema/errors.ts';

/** How often, ms, the other side is asked whether it is there; one that did not answer in between is gone. */
const pingMs = 15_000;
const openMs = 20_000;
/** Largest frame that is taken. */
const mostBytes = 4 * 1024 * 1024;
/** Frames that may wait in memory while the store is busy; the socket is not read meanwhile. */
const mostFrames = 2_000;

/** An open socket, whose frames are taken in groups: what is taken is to be committed before more is. */
export interface FrameSocket {
  send(message: string): void;
  /** All frames that have come, waiting up to `waitMs` for the first; null once the socket has closed and all were taken. */
  take(waitMs: number): Promise<string[] | null>;
  close(): void;
}

/** @throws AfferentError `feed-down`, also where it was stopped before; `feed-refused` where the other side says no */
export async function openFrames(url: string, headers: Record<string, string>, signal: AbortSignal): Promise<FrameSocket> {
  // A signal that has been given is not given again.
  if (signal.aborted) throw new AfferentError('feed-down');
  const socket = new WebSocket(url, { headers, maxPayload: mostBytes, handshakeTimeout: openMs });
  const frames: string[] = [];
  let closed = false;
  let alive = true;
  let wake = () => {};
  const abort = () => socket.terminate();
  signal.addEventListener('abort', abort, { once: true });
  const beat = setInterval(() => {
    if (!alive) socket.terminate();
    alive = false;
    if (socket.readyState === WebSocket.OPEN) socket.ping();
  }, pingMs);
  socket.on('pong', () => {
    alive = true;
  });
  socket.on('message', (data, isBinary) => {
    alive = true;
    if (isBinary) return;
    frames.push(data.toString());
    if (frames.length >= mostFrames) socket.pause();
    wake();
  });
  // The library's messages may hold what was sent; that it closed is all that counts.
  socket.on('error', () => {});
  socket.on('close', () => {
    closed = true;
    clearInterval(beat);
    signal.removeEventListener('abort', abort);
    wake();
  });
  const refused = new Promise<never>((_, reject) => {
    socket.once('unexpected-response', (request, response) => {
      const status = response.statusCode ?? 0;
      request.destroy();
      socket.terminate();
      reject(new AfferentError(status === 401 || status === 403 ? 'feed-refused' : 'feed-down'));
    });
    socket.once('close', () => reject(new AfferentError('feed-down')));
  });
  refused.catch(() => {});
  await Promise.race([once(socket, 'open'), refused]).catch((thrown: unknown) => {
    throw thrown instanceof AfferentError ? thrown : new AfferentError('feed-down');
  });
  return {
    send: (message) => socket.send(message),
    async take(waitMs) {
      if (frames.length === 0 && !closed) {
        await new Promise<void>((resolve) => {
          const timer = setTimeout(resolve, waitMs);
          wake = () => {
            clearTimeout(timer);
            resolve();
          };
        });
        wake = () => {};
      }
      const taken = frames.splice(0);
      if (socket.isPaused) socket.resume();
      return taken.length === 0 && closed ? null : taken;
    },
    close: () => socket.terminate(),
  };
}

/** A frame as one line: of what was sent over several the breaks, which JSON takes for spaces, become such. */
export function asLine(frame: string): string {
  return frame.replaceAll(/[\n\r]/g, ' ');
}
