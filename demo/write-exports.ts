import { existsSync, mkdirSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { writeZip } from '../src/sources/testing/write-zip.ts';
import { healthExport } from './health-export.ts';
import { recordingFiles } from './recording.ts';
import { type DemoText, diary, harbour, letters, night } from './texts.ts';

const dayMs = 86_400_000;

/**
 * Writes the exports of the bundled study, once for each folder: their times end the day before `today`, and a second run must find
 * the very same bytes. Each export has something of what real ones have: repeats, broken lines, other people's words, a missing day.
 * @param today UTC milliseconds
 */
export function writeDemoExports(folder: string, today: number): void {
  if (existsSync(folder)) return;
  const part = `${folder}.part`;
  rmSync(part, { recursive: true, force: true });
  const files: Record<string, string | Buffer> = {
    'D01/posts.jsonl': diaryLines(today),
    'D01/export.zip': writeZip([{ name: 'apple_health_export/export.xml', content: healthExport(today) }]),
    'D02/messages.csv': letterRows(today),
    'D03/twitter-archive.zip': archive(today),
    'D04/wristband.zip': writeZip(recordingFiles(today - 2 * dayMs)),
    'D04/posts.jsonl': jsonLines(night, today, 'n').join(''),
  };
  for (const [name, content] of Object.entries(files)) {
    const path = join(part, name);
    mkdirSync(dirname(path), { recursive: true, mode: 0o700 });
    writeFileSync(path, content, { mode: 0o600 });
  }
  renameSync(part, folder);
}

/** Day `daysAgo` days before `today`, `YYYY-MM-DD`. */
export function dayBefore(today: number, daysAgo: number): string {
  return new Date(today - daysAgo * dayMs).toISOString().slice(0, 10);
}

function jsonLines(texts: readonly DemoText[], today: number, prefix: string): string[] {
  return texts.map(([daysAgo, time, text], i) => {
    const post = { id: `${prefix}${i + 1}`, time: `${dayBefore(today, daysAgo)}T${time}Z`, text };
    return `${JSON.stringify(post)}\n`;
  });
}

function diaryLines(today: number): string {
  const lines = jsonLines(diary, today, 'd');
  // A line uploaded twice, one cut off in the middle, one of a clock that runs years ahead, and one without words.
  const ahead = JSON.stringify({ id: 'd90', time: `${dayBefore(today, -1200)}T08:00:00Z`, text: 'The clock of this phone is wrong.' });
  const silent = JSON.stringify({ id: 'd91', time: `${dayBefore(today, 5)}T08:00:00Z`, text: '  ' });
  return [...lines, lines[3], '{"id":"d92","time":"2026-01-0\n', `${ahead}\n`, `${silent}\n`].join('');
}

function letterRows(today: number): string {
  const row = (cells: string[]) => `${cells.map((cell) => `"${cell.replaceAll('"', '""')}"`).join(',')}\r\n`;
  const rows = letters.map(([daysAgo, time, text], i) =>
    row([`m-${i + 1}`, `${dayBefore(today, daysAgo)} ${time}`, text, i === 4 ? 'direct' : 'public']),
  );
  const noTime = row(['m-90', 'soon', 'A row without a time.', 'public']);
  return ['message_id,created,body,visible_to\r\n', ...rows, rows[1], noTime].join('');
}

/** An archive in its own form: scripts that assign arrays, times in its own words, other people's posts among them. */
function archive(today: number): Buffer {
  const tweets = harbour.map(([daysAgo, time, text], i) => tweet(today, daysAgo, time, text, `18000000000000000${10 + i}`));
  const reply = tweets[3] as ReturnType<typeof tweet>;
  Object.assign(reply.tweet, { in_reply_to_status_id_str: '1799999999999999901', in_reply_to_screen_name: 'pier_nine' });
  tweets.push(
    tweet(today, 8, '10:00:00', 'RT @pier_nine: Saturday market is on, rain or shine, come early for the…', '1800000000000000090'),
  );
  const assigned = (name: string, value: unknown) => `window.YTD.${name}.part0 = ${JSON.stringify(value, null, 2)}`;
  const account = [{ account: { username: 'harbour_lights', accountId: '900000000000000001', accountDisplayName: 'Harbour Lights' } }];
  const message = {
    messageCreate: {
      id: '1',
      senderId: '2',
      recipientId: '900000000000000001',
      text: 'See you there?',
      createdAt: '2026-01-01T00:00:00.000Z',
    },
  };
  const messages = [{ dmConversation: { conversationId: '2-900000000000000001', messages: [message] } }];
  return writeZip([
    { name: 'data/account.js', content: assigned('account', account) },
    { name: 'data/tweets.js', content: assigned('tweets', tweets) },
    { name: 'data/direct-messages.js', content: assigned('direct_messages', messages) },
    { name: 'data/ip-audit.js', content: assigned('ip_audit', []) },
  ]);
}

function tweet(today: number, daysAgo: number, time: string, full_text: string, id_str: string) {
  const at = new Date(`${dayBefore(today, daysAgo)}T${time}Z`);
  const [weekday, day, month, year] = at.toUTCString().replace(',', '').split(' ') as [string, string, string, string];
  const created_at = `${weekday} ${month} ${day} ${time} +0000 ${year}`;
  return {
    tweet: {
      id_str,
      id: id_str,
      created_at,
      full_text,
      lang: 'en',
      retweeted: false,
      favorite_count: '0',
      retweet_count: '0',
      source: 'made up',
    },
  };
}
