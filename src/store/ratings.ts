import { randomUUID } from 'node:crypto';
import { now } from './clock.ts';
import type { Store } from './open.ts';
import { seal, unseal } from './seal.ts';

/** What a reviewer gave: Columbia severity 0–6 and a note, sealed with the participant's key. */
export interface RatingBody {
  severity: number;
  note: string;
}

/** Seals a rating before its id goes to the workflow; it counts once the workflow has taken it. */
export async function draftRating(store: Store, alert: { id: string; participant: string }, by: string, body: RatingBody): Promise<string> {
  const id = `g_${randomUUID()}`;
  const key = await store.keys.key(alert.participant);
  await store.db
    .insertInto('rating')
    .values({
      id,
      alert: alert.id,
      participant: alert.participant,
      by,
      at: now(),
      state: 'draft',
      body: seal(key, `rating|${id}`, JSON.stringify(body)),
    })
    .execute();
  return id;
}

export function openRating(key: Buffer, row: { id: string; body: Buffer }): RatingBody {
  return JSON.parse(unseal(key, `rating|${row.id}`, row.body).toString('utf8'));
}
