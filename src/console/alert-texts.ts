import type { AlertTexts } from '../../schema/api.ts';
import { alertOf, alertScoreRows, givenRatings } from '../store/explore-alerts.ts';
import type { Store } from '../store/open.ts';
import { openRating } from '../store/ratings.ts';
import { openRecord } from '../store/records.ts';
import { openScore } from '../store/scores.ts';
import { maskText, namesOf } from './masked-text.ts';

/**
 * The posts of an alert, masked, with the words that the heads rest on, and what reviewers noted.
 * @throws AfferentError `unknown-alert`, `key-gone`
 */
export async function alertTexts(store: Store, study: string, id: string): Promise<AlertTexts> {
  const alert = await alertOf(store, study, id);
  const key = await store.keys.key(alert.participant);
  const scores = await alertScoreRows(store, id);
  const records = [...new Set(scores.flatMap((score) => (score.record === null ? [] : [score.record])))];
  const rows =
    records.length === 0
      ? []
      : await store.db.selectFrom('record').select(['id', 'body', 'day', 'time_ms']).where('id', 'in', records).execute();
  const names = await namesOf(store, alert.participant);
  const posts = rows.flatMap((row) => {
    const record = openRecord(key, row);
    if (record.type !== 'post') return [];
    const { text, masked, shown } = maskText(record.text, names);
    const own = scores.filter((score) => score.record === row.id);
    const evidence = own.flatMap((score) =>
      Object.entries(openScore(key, score).evidence).map(([label, spans]) => ({ head: score.head, key: label, spans: shown(spans) })),
    );
    const time = new Date(row.time_ms).toISOString();
    return [{ record: row.id, kind: own[0]?.kind ?? '', time, day: row.day || null, text, masked, evidence }];
  });
  posts.sort((a, b) => (a.time < b.time ? -1 : a.time > b.time ? 1 : a.record < b.record ? -1 : 1));
  const ratings = await givenRatings(store, id);
  const notes = ratings.map((row) => ({ by: row.by, at: row.at, note: openRating(key, row).note })).filter(({ note }) => note !== '');
  return { posts, notes };
}
