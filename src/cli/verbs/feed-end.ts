import { appendAudit } from '../../store/audit.ts';
import { endFeed } from '../../store/feeds.ts';
import { withStore } from '../home.ts';
import { requireStudySource } from '../study-source.ts';
import { argument, type Verb } from '../verb.ts';

export const verb: Verb = {
  arguments: { '<study>': 'name of the study', '<source>': 'the source whose feed it is' },
  json: true,
  examples: ['feed end sleep-2026 s_0123456789abcdef0123'],
  notes:
    'What it brought stays. Its tokens and its place are destroyed: added again, it begins anew. Take the tokens back at the vendor too.',
  async run(call) {
    const [study, source] = [argument(call, 0), argument(call, 1)];
    await withStore(call.config, async (store) => {
      await requireStudySource(store, study, source);
      await endFeed(store, study, source);
      await appendAudit(store, { actor: 'command line', action: 'feed-end', study, object: source });
    });
    call.out.report({ study, source, ended: true }, () => call.out.line(`The feed of ${source} has ended.`));
    return 0;
  },
};
