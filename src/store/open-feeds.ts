import { Consent } from '../../schema/policy.ts';
import type { FeedSettings } from '../../schema/streams.ts';
import { keyUnlessGone } from './keys.ts';
import type { Store } from './open.ts';
import { unseal } from './seal.ts';
import type { Tables } from './tables.ts';

/** A feed as its reader needs it. */
export type Feed = FeedSettings & {
  id: string;
  study: string;
  participant: string;
  source: string;
  /** What was read last, in the words of the form; null before the first. */
  cursor: string | null;
  sequence: number;
  notBefore: string | null;
};

/** A feed that is on, its settings still sealed; sealed anew they are other bytes. */
export type RunningFeed = Pick<Tables['feed'], 'id' | 'form' | 'settings'>;

/** Feeds that are on, of participants who agree to something at this moment: nobody else's account is asked for. Nothing is unsealed. */
export async function runningFeeds(store: Store, nowMs: number): Promise<RunningFeed[]> {
  const rows = await store.db
    .selectFrom('feed')
    .innerJoin('participant', 'participant.id', 'feed.participant')
    .select(['feed.id', 'feed.form', 'feed.settings', 'participant.consent'])
    .where('feed.state', '=', 'on')
    .orderBy('feed.id')
    .execute();
  return rows.filter((row) => agrees(row, nowMs)).map(({ id, form, settings }) => ({ id, form, settings }));
}

function agrees({ form, consent }: { form: Tables['feed']['form']; consent: string }, nowMs: number): boolean {
  const { from, to, kinds } = Consent.parse(JSON.parse(consent));
  if (form !== 'poll' && kinds !== undefined && !kinds.includes('post')) return false;
  return !(from !== undefined && nowMs < Date.parse(from)) && !(to !== undefined && nowMs >= Date.parse(to));
}

/** Those of the feeds given that are to be read at this moment, opened. */
export async function openFeeds(store: Store, ids: readonly string[], nowMs: number): Promise<Feed[]> {
  const running = new Set((await runningFeeds(store, nowMs)).map((feed) => feed.id));
  const feeds: Feed[] = [];
  for (const id of ids) {
    if (!running.has(id)) continue;
    const row = await store.db.selectFrom('feed').selectAll().where('id', '=', id).where('state', '=', 'on').executeTakeFirst();
    // Somebody whose withdrawal is under way must not keep the others from being read.
    const key = row === undefined ? null : await keyUnlessGone(store, row.participant);
    if (row !== undefined && key !== null) feeds.push(openFeed(key, row));
  }
  return feeds;
}

export function openFeed(key: Buffer, row: Tables['feed']): Feed {
  const settings = JSON.parse(unseal(key, `feed|${row.id}`, row.settings).toString('utf8'));
  const cursor = row.cursor === null ? null : unseal(key, `cursor|${row.id}`, row.cursor).toString('utf8');
  const { id, study, participant, source, sequence, not_before: notBefore } = row;
  return { form: row.form, settings, id, study, participant, source, cursor, sequence, notBefore };
}
