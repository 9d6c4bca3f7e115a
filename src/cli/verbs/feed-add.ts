import { AfferentError } from '../../../schema/errors.ts';
import { type FeedSettings, feedMedia, JetstreamSettings, MastodonSettings, PollSettings, pushMedia } from '../../../schema/streams.ts';
import { sourceKind } from '../../sources/index.ts';
import { appendAudit } from '../../store/audit.ts';
import { putFeed } from '../../store/feeds.ts';
import { sourceSettings } from '../../store/sources.ts';
import { withStore } from '../home.ts';
import { readShape, readText } from '../read-file.ts';
import { requireStudySource } from '../study-source.ts';
import { argument, type Call, textOption, type Verb } from '../verb.ts';

export const verb: Verb = {
  arguments: { '<study>': 'name of the study', '<source>': 'the source that what it brings goes to' },
  options: [
    { flags: '--jetstream <url>', help: 'posts of a Bluesky account: the address of a Jetstream, wss://…/subscribe' },
    { flags: '--mastodon <url>', help: 'posts of a Mastodon account: the address of its server; needs --token-file' },
    { flags: '--poll <file>', help: 'a vendor’s interface, page by page, as the file (YAML or JSON) says' },
    { flags: '--token-file <file>', help: 'a file that holds the token and nothing else' },
  ],
  json: true,
  examples: [
    'feed add sleep-2026 s_0123456789abcdef0123 --jetstream wss://jetstream2.us-east.bsky.network/subscribe',
    'feed add sleep-2026 s_0123456789abcdef0123 --mastodon https://social.example --token-file token.txt',
    'feed add sleep-2026 s_0123456789abcdef0123 --poll oura.yaml',
  ],
  notes:
    'A source has one feed; adding another changes it and keeps its place. Tokens are sealed with the participant’s key. Feeds run while\nafferent up runs.',
  async run(call) {
    const [study, source] = [argument(call, 0), argument(call, 1)];
    const given = await withStore(call.config, async (store) => {
      const { kind } = await requireStudySource(store, study, source);
      const settings = settingsOf(call, (await sourceSettings(store, source)).account);
      requireTaken(kind, settings.form);
      const feed = await putFeed(store, study, source, settings);
      await appendAudit(store, { actor: 'command line', action: 'feed-add', study, object: feed });
      return { feed, form: settings.form };
    });
    call.out.report({ study, source, ...given }, () => {
      call.out.line(`Feed ${given.feed} (${given.form}) brings what is new to ${source}.`);
      call.out.note('It runs while afferent up runs.');
    });
    return 0;
  },
};

/** @throws AfferentError `usage`, `bad-feed` */
function settingsOf(call: Call, account: string | null): FeedSettings {
  const [jetstream, mastodon, poll] = [textOption(call, 'jetstream'), textOption(call, 'mastodon'), textOption(call, 'poll')];
  if ([jetstream, mastodon, poll].filter((one) => one !== null).length !== 1) {
    throw new AfferentError('usage', { what: 'give one of --jetstream, --mastodon and --poll' });
  }
  if (jetstream !== null) {
    if (account === null) throw new AfferentError('usage', { what: 'the source needs --account with the did of the account' });
    const settings = JetstreamSettings.safeParse({ url: jetstream, did: account });
    if (!settings.success) throw new AfferentError('bad-feed');
    return { form: 'jetstream', settings: settings.data };
  }
  if (mastodon !== null) {
    const file = textOption(call, 'tokenFile');
    if (file === null) throw new AfferentError('usage', { what: '--mastodon needs --token-file' });
    const settings = MastodonSettings.safeParse({ url: mastodon, accessToken: readText(file).trim() });
    if (!settings.success) throw new AfferentError('bad-feed');
    return { form: 'mastodon', settings: settings.data };
  }
  return { form: 'poll', settings: readShape(poll ?? '', PollSettings, 'bad-feed') };
}

/** What a feed brings must be something that the source's kind can read. */
function requireTaken(kind: string, form: FeedSettings['form']): void {
  const media = form === 'poll' ? pushMedia.ndjson : feedMedia[form];
  if (sourceKind(kind).manifest.pushes?.[media] === undefined) {
    throw new AfferentError('media-not-taken', { what: `a source of kind ${kind} cannot read what a feed of this form brings` });
  }
}
