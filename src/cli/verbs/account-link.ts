import { consoleUrl } from '../../parts/parts-file.ts';
import { createSignInLink } from '../../store/accounts.ts';
import { withStore } from '../home.ts';
import { argument, type Verb } from '../verb.ts';

export const verb: Verb = {
  arguments: { '<name>': 'the account' },
  json: true,
  examples: ['account link ana'],
  notes: 'The link signs in once, within an hour. Hand it to nobody else.',
  async run(call) {
    const account = argument(call, 0);
    const token = await withStore(call.config, (store) => createSignInLink(store, account));
    const up = consoleUrl(call.config.home);
    const base = call.config.url ?? up ?? `http://${call.config.host}:${call.config.port ?? 4400}`;
    const link = `${base}/v1/sign-in/link?token=${token}`;
    call.out.report({ account, link }, () => {
      call.out.line(link);
      if (up === null) call.out.note('No console is up for this data folder: start it first with ./afferent up');
    });
    return 0;
  },
};
