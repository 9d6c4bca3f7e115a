/** A folder of real exports, where they lie beside the repository, as one kind reads it. */
export interface RealExport {
  kind: string;
  /** Below `shared/data`. */
  path: string;
  account?: string;
  /** Why units of it are quarantined, by reason. A reason that is not here fails the test. */
  explained?: Readonly<Record<string, string>>;
}

const NO_DATES = 'made-up tables whose times are "Fri 11:00:00", without a date';

/** All real exports that there are. Where several kinds meet a folder, each says what it makes of it. */
export const realExports: readonly RealExport[] = [
  { kind: 'x-archive', path: 'exports/twitter_archive' },
  { kind: 'apple-health', path: 'exports/apple_health' },
  { kind: 'empatica-e4', path: 'exports/empatica_e4/flirt/empatica' },
  { kind: 'empatica-e4', path: 'exports/empatica_e4/devicely' },
  { kind: 'empatica-e4', path: 'wearable/wesad' },
  { kind: 'empatica-e4', path: 'wearable/stress_predict' },
  {
    kind: 'fit',
    path: 'exports/fit',
    explained: {
      'no-time': 'two files from devices whose clock was never set: seconds since they were switched on',
      'part-unreadable': 'files made to be broken: wrong checksums, cut-off data, no second header; `broken` names the byte',
    },
  },
  { kind: 'fit', path: 'exports/empatica_e4/flirt/garmin' },
  { kind: 'fitbit', path: 'exports/fitbit' },
  { kind: 'google-fit', path: 'exports/google_fit' },
  { kind: 'google-takeout', path: 'exports/google_fit' },
  {
    kind: 'google-takeout',
    path: 'exports/google_takeout',
    explained: { 'file-empty': 'the collection emptied most files before publishing' },
  },
  { kind: 'samsung-health', path: 'exports/samsung_health' },
  { kind: 'oura', path: 'exports/oura' },
  { kind: 'withings', path: 'exports/withings' },
  {
    kind: 'open-mhealth',
    path: 'exports/open_mhealth/schemas/test-data',
    explained: { 'wrong-shape': 'the set of data points that should fail' },
  },
  {
    kind: 'm-path',
    path: 'exports/mpath',
    explained: { 'wrong-participant': 'studies of several people, and no participant declared' },
  },
  { kind: 'aware', path: 'exports/aware', explained: { 'no-time': NO_DATES } },
  { kind: 'beiwe', path: 'exports/beiwe' },
  { kind: 'radar-base', path: 'exports/radar_base' },
  { kind: 'instagram', path: 'exports/instagram' },
  { kind: 'instagram', path: 'exports/chat_miner/instagram' },
  {
    kind: 'instagram',
    path: 'exports/social_generic',
    explained: { 'wrong-shape': 'made-up comments without the text of one' },
  },
  { kind: 'facebook', path: 'exports/social_generic' },
  { kind: 'tiktok', path: 'exports/social_generic' },
  { kind: 'reddit', path: 'exports/social_generic' },
  { kind: 'mastodon', path: 'exports/social_generic' },
  { kind: 'posts', path: 'exports/social_generic' },
  { kind: 'discord', path: 'exports/social_generic' },
  { kind: 'bluesky', path: 'exports/bluesky', explained: { 'no-account': 'a stream of many accounts, and none declared' } },
  { kind: 'telegram', path: 'exports/chat_miner/telegram', account: 'Author 1' },
  { kind: 'whatsapp', path: 'exports/chat_miner/whatsapp', account: 'John Doe' },
  {
    kind: 'whatsapp',
    path: 'exports/whatsapp/chatistics',
    account: 'John Doe',
    explained: { 'ambiguous-time': 'one of the four has only the second and the tenth day or month of a year in it' },
  },
  { kind: 'whatsapp', path: 'exports/whatsapp/whatstk', account: 'John' },
  { kind: 'whatsapp', path: 'exports/whatsapp/pustur', account: 'John' },
];
