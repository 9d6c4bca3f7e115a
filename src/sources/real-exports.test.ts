import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { sourceKind } from './index.ts';
import { contextOf, readAll, tally } from './testing/read-all.ts';

/** Real exports are not part of the repository: where they lie beside it, all of them go through. */
const exportsFolder = join(import.meta.dirname, '../../../shared/data');

const folders: { kind: string; path: string; account?: string; expected: Record<string, number> }[] = [
  { kind: 'x-archive', path: 'exports/twitter_archive', expected: { record: 2, 'excluded repost': 1, 'excluded file-not-used': 8 } },
  {
    kind: 'apple-health',
    path: 'exports/apple_health',
    expected: { sample: 36, record: 27, 'excluded not-collected': 5, 'excluded identity': 5 },
  },
  {
    kind: 'empatica-e4',
    path: 'exports/empatica_e4/flirt/empatica',
    expected: { block: 39_990, sample: 4999, 'excluded file-not-used': 1 },
  },
  { kind: 'empatica-e4', path: 'exports/empatica_e4/devicely', expected: { block: 3208, sample: 49, record: 4 } },
  { kind: 'empatica-e4', path: 'wearable/wesad', expected: { record: 10, 'excluded file-not-used': 12 } },
  { kind: 'empatica-e4', path: 'wearable/stress_predict', expected: {} },
  { kind: 'posts', path: 'exports/social_generic', expected: {} },
  {
    kind: 'bluesky',
    path: 'exports/bluesky/jetstream/internal/corpus/testdata',
    expected: { record: 6, 'excluded repost': 3, 'excluded identity': 1, 'quarantined no-account': 152 },
  },
  { kind: 'telegram', path: 'exports/chat_miner/telegram', account: 'Author 1', expected: { record: 2, 'excluded other-person': 2 } },
  {
    kind: 'whatsapp',
    path: 'exports/chat_miner/whatsapp',
    account: 'John Doe',
    expected: { record: 10, 'excluded other-person': 20, 'excluded not-collected': 15, 'excluded file-not-used': 1 },
  },
  {
    kind: 'whatsapp',
    path: 'exports/whatsapp/chatistics',
    account: 'John Doe',
    // One of the four has only the second and the tenth day or month of a year in it.
    expected: { record: 16, 'excluded other-person': 18, 'excluded not-collected': 3, 'quarantined ambiguous-time': 4 },
  },
  { kind: 'whatsapp', path: 'exports/whatsapp/whatstk', account: 'John', expected: {} },
  { kind: 'reddit', path: 'exports/social_generic', expected: {} },
  { kind: 'discord', path: 'exports/social_generic', expected: {} },
  { kind: 'mastodon', path: 'exports/social_generic', expected: {} },
  { kind: 'fit', path: 'exports/fit', expected: { 'quarantined part-unreadable': 10 } },
  { kind: 'm-path', path: 'exports/mpath', expected: { record: 172, 'quarantined wrong-participant': 22_474 } },
  { kind: 'aware', path: 'exports/aware', expected: { record: 9064, sample: 436 } },
  { kind: 'beiwe', path: 'exports/beiwe', expected: {} },
  { kind: 'radar-base', path: 'exports/radar_base', expected: { 'excluded file-not-used': 293 } },
  { kind: 'instagram', path: 'exports/instagram', expected: { record: 85, 'excluded direct-message': 10 } },
  { kind: 'facebook', path: 'exports/social_generic', expected: {} },
  { kind: 'open-mhealth', path: 'exports/open_mhealth/schemas/test-data/omh/heart-rate', expected: { sample: 2, record: 5 } },
  { kind: 'fitbit', path: 'exports/fitbit', expected: { record: 17, sample: 8, 'excluded file-not-used': 1 } },
  { kind: 'google-fit', path: 'exports/google_fit', expected: { record: 243, sample: 24, 'excluded file-not-used': 9 } },
  { kind: 'google-takeout', path: 'exports/google_takeout', expected: { record: 3, 'quarantined file-empty': 40 } },
  { kind: 'google-takeout', path: 'exports/google_fit', expected: { record: 247, sample: 24, 'excluded direct-message': 4 } },
  { kind: 'samsung-health', path: 'exports/samsung_health', expected: { record: 3, sample: 8, 'excluded file-not-used': 2 } },
  { kind: 'oura', path: 'exports/oura', expected: { 'excluded file-not-used': 3 } },
  { kind: 'withings', path: 'exports/withings', expected: { record: 8, sample: 19_452, 'excluded file-not-used': 17 } },
];

const present = existsSync(exportsFolder) ? folders : [];

describe('real exports', () => {
  it('lie beside the repository, or are none', () => {
    if (!existsSync(exportsFolder)) console.log('No real exports beside the repository: none were read.');
    expect(folders.filter(({ path }) => existsSync(join(exportsFolder, path))).length).toBe(present.length);
  });

  for (const { kind, path, account = null, expected } of present) {
    it(`${kind}: ${path}`, { timeout: 120_000 }, async () => {
      const parts = await readAll(sourceKind(kind), join(exportsFolder, path), contextOf({ account }));
      expect(parts.length).toBeGreaterThan(0);
      for (const part of parts) {
        expect([part.name, part.accounted, part.recounted]).toEqual([part.name, part.counted, part.counted]);
        expect(part.groups.some((group) => group.unaccounted > 0)).toBe(false);
      }
      expect(tally(parts.flatMap((part) => part.items))).toMatchObject(expected);
    });
  }
});
