import { AfferentError } from '../../../schema/errors.ts';
import type { Part, SourceKind } from '../../../schema/source.ts';
import { findArrivals } from '../reading/arrivals.ts';
import { baseName, entriesOf, toParts } from '../reading/container.ts';
import { type Actor, readActor } from './actor.ts';
import { ActivityCounter, EventCounter } from './count.ts';
import { parseEvents } from './events.ts';
import { parseOutbox } from './parse.ts';

interface OutboxPart extends Part {
  actor: Actor;
}

const OUTBOX = /^outbox(?:[ _-]?\(?\d+\)?)?\.json$/;

/** The archive of an account that Mastodon lets its users request, packed or unpacked. */
export const mastodon: SourceKind = {
  manifest: {
    kind: 'mastodon',
    title: 'Mastodon archive (outbox)',
    unit: 'an activity of outbox.json',
    yields: ['post'],
    mapped: false,
    version: 1,
    pushes: { 'application/vnd.afferent.mastodon-events': 'events' },
  },
  arrivals: (path) => findArrivals(path, { isExport: (names) => names.some((name) => OUTBOX.test(name.toLowerCase())), deep: true }),
  async parts(arrival): Promise<OutboxPart[]> {
    const entries = await entriesOf(arrival, true);
    const actor = await readActor(entries);
    return toParts(entries, (entry) => (OUTBOX.test(baseName(entry.name)) ? 'outbox' : null)).map((part) => ({ ...part, actor }));
  },
  counter: (part) => (part.role === 'events' ? new EventCounter() : new ActivityCounter()),
  parse(part, chunks, context) {
    if (part.role === 'events') return parseEvents(chunks, context);
    if (part.role !== 'outbox') throw new AfferentError('not-this-kind');
    return parseOutbox(chunks, (part as OutboxPart).actor, context);
  },
};
