import { AfferentError } from '../../../schema/errors.ts';
import type { SourceKind } from '../../../schema/source.ts';
import { findArrivals } from '../reading/arrivals.ts';
import { baseName, type Entry, entriesOf, toParts } from '../reading/container.ts';
import { headOf } from '../reading/head-of.ts';
import { MessageCounter } from './count.ts';
import { parseChat } from './parse.ts';
import { stampOf } from './stamp.ts';

const CHAT = /^_chat[^/]*\.txt$|whatsapp[^/]*\.txt$/;

/** Chats as WhatsApp exports them, one a text file. */
export const whatsapp: SourceKind = {
  manifest: {
    kind: 'whatsapp',
    title: 'WhatsApp chat (text)',
    unit: 'a message: a line that begins with a time, and the lines below it',
    yields: ['post'],
    mapped: false,
    version: 2,
  },
  arrivals: (path) => findArrivals(path, { isExport: (names) => names.some((name) => CHAT.test(name.toLowerCase())), deep: false }),
  async parts(arrival) {
    const entries = await entriesOf(arrival, true);
    const chats = new Set<Entry>();
    for (const entry of entries) if (await isChat(entry)) chats.add(entry);
    return toParts(entries, (entry) => (chats.has(entry) ? 'chat' : null));
  },
  counter: () => new MessageCounter(),
  parse(part, chunks, context) {
    if (part.role !== 'chat') throw new AfferentError('not-this-kind');
    return parseChat(part, chunks, context);
  },
};

/** The app names chats in the phone's language, and people rename them: a line that begins a message tells. */
async function isChat(entry: Entry): Promise<boolean> {
  const base = baseName(entry.name);
  if (CHAT.test(base)) return true;
  if (!base.endsWith('.txt') || entry.refused !== null) return false;
  return (await headOf(entry)).split('\n').some((line) => stampOf(line) !== null);
}
