import { openFrames } from './frames.ts';
import { headOf } from './jetstream-head.ts';

/** How long, ms, it is waited for somebody's frame. */
const patienceMs = 10_000;

/**
 * How far back a Jetstream remembers, when it is asked from a moment on (µs): the time of the first frame of anybody, likes, of which the
 * network has some at every moment and which hold no words. They are not kept. Null where it sends none, or cannot be asked.
 */
export async function firstRemembered(url: string, fromUs: number, signal: AbortSignal): Promise<number | null> {
  const query = `wantedCollections=app.bsky.feed.like&cursor=${fromUs}`;
  try {
    const socket = await openFrames(`${url}${url.includes('?') ? '&' : '?'}${query}`, {}, signal);
    try {
      const frames = (await socket.take(patienceMs)) ?? [];
      const times = frames.map((frame) => headOf(frame).timeUs).filter((us) => us > 0);
      return times.length === 0 ? null : Math.min(...times);
    } finally {
      socket.close();
    }
  } catch {
    // The stream itself is opened next, and tells.
    return null;
  }
}
