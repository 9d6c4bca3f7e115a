import type { z } from 'zod';
import type { E4Input } from '../../../schema/model.ts';
import type { E4Window } from './window.ts';
import { type SignalBlock, Windower } from './windower.ts';

interface Feed {
  name: string;
  blocks: AsyncIterator<SignalBlock>;
  /** The block read last, not yet taken in; null at the end. */
  head: SignalBlock | null;
}

/**
 * Windows of a recording whose signals are streams of their own. The signal that is furthest behind is read next, so
 * that none runs ahead of the others by more than a block. The grid begins at the earliest first sample.
 * @throws AfferentError of a stream, or `wrong-shape` where a block does not suit the model.
 */
export async function* recordingWindows(
  streams: Readonly<Record<string, AsyncIterable<SignalBlock>>>,
  input: z.infer<typeof E4Input>,
): AsyncGenerator<E4Window> {
  const feeds: Feed[] = [];
  try {
    for (const name of Object.keys(input.signals)) {
      const blocks = streams[name]?.[Symbol.asyncIterator]();
      if (blocks) feeds.push({ name, blocks, head: await nextBlock(blocks) });
    }
    const starts = feeds.flatMap((feed) => feed.head?.startMs ?? []);
    if (starts.length === 0) return;
    const windower = new Windower(input, Math.min(...starts));
    const open = new Set(feeds.filter((feed) => feed.head !== null));
    for (const name of Object.keys(input.signals)) if (![...open].some((feed) => feed.name === name)) windower.finish(name);
    while (open.size > 0) {
      const behind = [...open].reduce((a, b) => ((b.head?.startMs ?? 0) < (a.head?.startMs ?? 0) ? b : a));
      if (behind.head) windower.push(behind.head);
      behind.head = await nextBlock(behind.blocks);
      if (behind.head === null) {
        windower.finish(behind.name);
        open.delete(behind);
      }
      yield* windower.ready();
    }
  } finally {
    for (const feed of feeds) await feed.blocks.return?.();
  }
}

async function nextBlock(blocks: AsyncIterator<SignalBlock>): Promise<SignalBlock | null> {
  const { done, value } = await blocks.next();
  return done ? null : value;
}
