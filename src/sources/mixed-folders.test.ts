import { describe, expect, it } from 'vitest';
import { sourceKind } from './index.ts';
import { folderWith } from './testing/folder.ts';
import { itemsAt, tally } from './testing/read-all.ts';

const withings = {
  'weight.csv': 'Date,"Weight (kg)"\n"2024-01-01 08:00:00",70\n',
  'height.csv': 'Date,"Height (m)"\n"2024-01-01 08:00:00",1.8\n',
};
const nights = { 'sleep.csv': 'from,to,"deep (s)"\n2024-01-01T22:00:00+01:00,2024-01-02T06:00:00+01:00,3600\n' };
const polar = {
  'activity-2024-01-02-a.json': '{"exportVersion":"1.5","date":"2024-01-02","summary":{"stepCount":5},"samples":{"steps":[]}}',
};
const reddit = { 'messages.csv': 'id,permalink,thread_id,date,ip,from,to,subject,body\n1,x,2,2024-01-01,,a,b,s,words\n' };
const aware = { 'messages.csv': '_id,timestamp,device_id,message_type,trace\n1,1709625600000,d1,1,x\n' };
const ours = { 'comments.csv': 'name,words\na,b\n', 'posts.csv': 'name,words\na,b\n' };
const workouts = { 'workouts.csv': 'Date,Activity\n2024-01-01,Run\n', 'sleeps.csv': 'Date,Hours\n2024-01-01,7\n' };

/** Files of other makers that bear the names of a kind's own. */
const foreign: readonly (readonly [string, Readonly<Record<string, string>>])[] = [
  ['fitbit', withings],
  ['fitbit', { 'sleep.json': '{"data":[{"id":"x","day":"2024-01-01","bedtime_start":"2024-01-01T22:00:00Z"}]}' }],
  ['garmin', { ...withings, ...nights, ...polar, 'sleep.json': '[{"dateOfSleep":"2024-01-01"}]' }],
  ['health-connect', withings],
  ['oura', { ...nights, ...polar, 'workout.csv': 'sourceName,startDate,duration\nWatch,2024-01-01 10:00:00 +0100,30\n' }],
  ['discord', reddit],
  ['discord', { 'messages.json': '[{"participants":["a","b"],"conversation":[]}]' }],
  ['aware', reddit],
  ['reddit', { ...aware, ...ours }],
  ['whoop', workouts],
  ['withings', { 'weight.csv': 'row_id,uuid,weight\n1,aa,70125\n', 'sleep.csv': 'id;day;score\nx1;2024-01-01;80\n' }],
  ['bluesky', { 'records.json': '{"locations":[{"latitudeE7":1}]}' }],
  ['reddit', { 'feed.jsonl': '{"did":"did:plc:a","kind":"commit","commit":{"collection":"app.bsky.feed.like"}}\n' }],
  ['open-mhealth', { 'feed.jsonl': '{"did":"did:plc:a","kind":"commit","commit":{}}\n' }],
  ['facebook', { 'comments.json': '[["2024-01-01T10:00:00+00:00","words","somebody"]]' }],
];

describe('a folder of several makers', () => {
  it.each(foreign)('%s leaves files of others alone', async (kind, files) => {
    const folder = await folderWith(files);
    expect(tally(await itemsAt(sourceKind(kind), folder))).toEqual({ 'excluded file-not-used': Object.keys(files).length });
  });

  it.each(['fitbit', 'health-connect', 'oura', 'discord', 'reddit', 'withings', 'whoop'])(
    '%s tells of an empty file of its own',
    async (kind) => {
      const name = { fitbit: 'steps_2024-01-01.csv', 'health-connect': 'steps.csv', oura: 'sleep.csv', discord: 'messages.csv' }[kind];
      const folder = await folderWith({ [name ?? { reddit: 'posts.csv', withings: 'weight.csv', whoop: 'sleeps.csv' }[kind] ?? '']: '' });
      expect(tally(await itemsAt(sourceKind(kind), folder))).toEqual({ 'quarantined file-empty': 1 });
    },
  );
});
