import type { Part } from '../../../schema/source.ts';
import { saidIn } from './author.ts';
import { type DateOrder, DateOrders, type OrderBasis } from './dates.ts';
import { MessageSlicer } from './messages.ts';
import { stampOf } from './stamp.ts';

/** What only a whole file tells. */
export interface Survey {
  /** How its dates are written; null where they can be read in two ways. */
  order: DateOrder | null;
  /** How the order was found. */
  basis: OrderBasis;
  /** Whether more than two people write in it. */
  isGroup: boolean;
}

/** Walks through a chat once. What breaks here breaks again where it counts. */
export async function survey(part: Part, arrivedMs: number): Promise<Survey> {
  const orders = new DateOrders(arrivedMs);
  const authors = new Set<string>();
  const slicer = new MessageSlicer();
  const look = (bytes: Buffer): void => {
    const text = bytes.toString('utf8', 0, 1000);
    const stamp = stampOf(text);
    if (stamp === null) return;
    orders.add(stamp);
    const { author } = saidIn(text.slice(stamp.length), null);
    if (author !== null && authors.size < 3) authors.add(author);
  };
  try {
    for await (const chunk of (await part.open()) as AsyncIterable<Buffer>) for (const unit of slicer.push(chunk)) look(unit.bytes);
    for (const unit of slicer.end()) look(unit.bytes);
  } catch {
    for (const unit of slicer.end()) look(unit.bytes);
  }
  return { ...orders.decide(), isGroup: authors.size > 2 };
}
