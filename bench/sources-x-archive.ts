import { syntheticPost } from './synthetic-posts.ts';

/** Pieces of a `tweet.js` with so many made-up posts, with the fields that X writes; the same for ever. */
export function* generateArchive(posts: number): Generator<string> {
  yield 'window.YTD.tweet.part0 = [ ';
  for (let i = 0; i < posts; i++) yield `${i === 0 ? '' : ', '}${JSON.stringify({ tweet: entry(i) }, null, 2)}`;
  yield ' ]\n';
}

const BEGIN_MS = Date.UTC(2012, 0, 1);
const DAYS = ['Sun', 'Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat'];
const MONTHS = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'];

function entry(i: number) {
  const id = `${1_500_000_000_000_000_000n + BigInt(i)}`;
  const text = syntheticPost(i).text.slice(0, 280).toWellFormed();
  return {
    edit_info: { initial: { editTweetIds: [id], editableUntil: '2022-01-01T00:00:00.000Z', editsRemaining: '5', isEditEligible: true } },
    retweeted: false,
    source: '<a href="https://example.org" rel="nofollow">Example</a>',
    entities: { hashtags: [], symbols: [], user_mentions: [], urls: [] },
    display_text_range: ['0', `${text.length}`],
    favorite_count: `${i % 7}`,
    id_str: id,
    truncated: false,
    retweet_count: '0',
    id,
    created_at: written(new Date(BEGIN_MS + i * 300_000)),
    favorited: false,
    full_text: text,
    lang: 'en',
  };
}

/** A date as X writes it, such as `Wed Oct 12 22:19:24 +0000 2022`. */
function written(date: Date): string {
  const day = `${DAYS[date.getUTCDay()]} ${MONTHS[date.getUTCMonth()]} ${String(date.getUTCDate()).padStart(2, '0')}`;
  return `${day} ${date.toISOString().slice(11, 19)} +0000 ${date.getUTCFullYear()}`;
}
