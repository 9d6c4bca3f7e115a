import { join } from 'node:path';
import type { SourceKind } from '../../../schema/source.ts';
import { sourceKinds } from '../index.ts';

/** What the conformance suite knows of a kind: its fixtures, and where a hostile file would stand. */
export interface ConformanceCase {
  name: string;
  kind: SourceKind;
  fixtures: string;
  /** A name under which the kind reads a file. */
  fileName: string;
  /** A unit, or what holds one, that is longer than may be read. */
  huge: () => Buffer;
}

const HUGE = 'x'.repeat(5 * 1024 * 1024);

/** `account` is declared for kinds that keep the words of one of several people. */
type Details = Pick<ConformanceCase, 'fileName' | 'huge'> & { account?: string };

const details: Readonly<Record<string, Details>> = {
  posts: { fileName: 'posts.jsonl', huge: () => Buffer.from(`{"id":"1","time":"2024-01-01","text":"${HUGE}"}\n`) },
  records: { fileName: 'app.jsonl', huge: () => Buffer.from(`{"type":"post","id":"1","time":"2024-01-01","text":"${HUGE}"}\n`) },
  'x-archive': { fileName: 'data/tweets.js', huge: () => Buffer.from(`window.YTD.tweets.part0 = [{"full_text":"${HUGE}"}]`) },
  mastodon: { fileName: 'outbox.json', huge: () => Buffer.from(`{"orderedItems":[{"type":"Create","object":"${HUGE}"}]}`) },
  discord: { fileName: 'messages/c1/messages.json', huge: () => Buffer.from(`[{"Contents":"${HUGE}"}]`) },
  whatsapp: { fileName: '_chat.txt', account: 'Quiet One', huge: () => Buffer.from(`13/03/24, 10:00 - Quiet One: ${HUGE}`) },
  telegram: { fileName: 'result.json', account: 'Quiet One', huge: () => Buffer.from(`{"messages":[{"text":"${HUGE}"}]}`) },
  reddit: { fileName: 'comments.csv', huge: () => Buffer.from(`id,date,body\n1,2024-01-01,${HUGE}\n`) },
  bluesky: { fileName: 'records.json', huge: () => Buffer.from(`{"records":[{"value":"${HUGE}"}]}`) },
  'empatica-e4': { fileName: 'EDA.csv', huge: () => Buffer.from(`1700000000\n4\n${HUGE}\n`) },
  'apple-health': { fileName: 'export.xml', huge: () => Buffer.from(`<HealthData><Record a="${HUGE.repeat(7)}"/></HealthData>`) },
  fit: { fileName: 'activity.fit', huge: () => Buffer.from(HUGE) },
  'm-path': { fileName: 'study_basic.csv', huge: () => Buffer.from(`connectionId;questionListName;a_open\n1;x;${HUGE}\n`) },
  aware: { fileName: 'screen.csv', huge: () => Buffer.from(`timestamp,device_id,screen_status\n1709625600000,x,${HUGE}\n`) },
  beiwe: {
    fileName: 'ab12/gps/2024-03-05 08_00_00+00_00.csv',
    huge: () => Buffer.from(`timestamp,UTC time,latitude\n1709625600000,,${HUGE}\n`),
  },
  'radar-base': {
    fileName: 's/u/android_phone_light/20240305_0800.csv',
    huge: () => Buffer.from(`key.userId,value.time,value.light\nu,1709625600,${HUGE}\n`),
  },
  instagram: { fileName: 'content/posts_1.json', huge: () => Buffer.from(`[{"title":"${HUGE}"}]`) },
  facebook: { fileName: 'posts/your_posts_1.json', huge: () => Buffer.from(`[{"title":"${HUGE}"}]`) },
  tiktok: { fileName: 'user_data.json', huge: () => Buffer.from(`{"Comment":{"Comments":{"CommentsList":[{"Comment":"${HUGE}"}]}}}`) },
  'open-mhealth': { fileName: 'points.ndjson', huge: () => Buffer.from(`{"header":{"id":"${HUGE}"}}\n`) },
  garmin: { fileName: 'UDSFile_2024-01-01_2024-04-10.json', huge: () => Buffer.from(`[{"totalSteps":"${HUGE}"}]`) },
  fitbit: { fileName: 'steps-2024-01-01.json', huge: () => Buffer.from(`[{"dateTime":"01/01/24 00:00:00","value":"${HUGE}"}]`) },
  'google-fit': { fileName: 'Fit/raw_com.google.weight.json', huge: () => Buffer.from(`{"Data Points":[{"fitValue":[],"x":"${HUGE}"}]}`) },
  'google-takeout': { fileName: 'My Activity/Chrome/MyActivity.json', huge: () => Buffer.from(`[{"title":"${HUGE}"}]`) },
  'health-connect': { fileName: 'steps_record_table.csv', huge: () => Buffer.from(`uuid,count\n${HUGE},1\n`) },
  'samsung-health': {
    fileName: 'com.samsung.shealth.stress.20240101.csv',
    huge: () => Buffer.from(`start_time,score\n2024-01-01,${HUGE}\n`),
  },
  oura: { fileName: 'heartrate.json', huge: () => Buffer.from(`{"data":[{"bpm":"${HUGE}"}]}`) },
  withings: { fileName: 'weight.csv', huge: () => Buffer.from(`Date,Weight (kg)\n2024-01-01,${HUGE}\n`) },
  whoop: { fileName: 'sleeps.csv', huge: () => Buffer.from(`Cycle start time,Sleep onset\n${HUGE},1\n`) },
  polar: { fileName: 'ppi_samples_2024-01.json', huge: () => Buffer.from(`[{"devicePpiSamplesList":[{"ppiSamples":[{"x":"${HUGE}"}]}]}]`) },
};

/** One case for each kind in the index; a kind without details fails here. */
export const cases: ConformanceCase[] = Object.entries(sourceKinds).map(([name, kind]) => {
  const detail = details[name];
  if (detail === undefined) throw new Error(`testing/cases.ts lacks ${name}`);
  return { name, kind: declared(kind, detail.account), fixtures: join(import.meta.dirname, '..', name, 'fixtures'), ...detail };
});

/** The kind, read with this account where a test declares none. */
function declared(kind: SourceKind, account: string | undefined): SourceKind {
  if (account === undefined) return kind;
  return { ...kind, parse: (part, chunks, context) => kind.parse(part, chunks, { ...context, account: context.account ?? account }) };
}
