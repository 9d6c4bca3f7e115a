import { AfferentError } from '../../../schema/errors.ts';
import { Role } from '../../../schema/roles.ts';
import { grantRole } from '../../store/accounts.ts';
import { appendAudit } from '../../store/audit.ts';
import { withStore } from '../home.ts';
import { argument, type Verb } from '../verb.ts';

export const verb: Verb = {
  arguments: { '<name>': 'the account', '<study>': 'name of the study', '<role>': Role.options.join(', ') },
  json: true,
  examples: ['account grant ana sleep-2026 researcher'],
  notes: 'A data manager sees no text, a researcher no alerts, a reviewer the text of alerts alone.',
  async run(call) {
    const [account, study] = [argument(call, 0), argument(call, 1)];
    const role = Role.safeParse(argument(call, 2));
    if (!role.success) throw new AfferentError('usage', { what: `a role is one of ${Role.options.join(', ')}` });
    await withStore(call.config, async (store) => {
      await grantRole(store, account, study, role.data);
      await appendAudit(store, { actor: 'command line', action: `grant-${role.data}`, study, object: account });
    });
    call.out.report({ account, study, role: role.data }, () => call.out.line(`${account} is ${role.data} of ${study}.`));
    return 0;
  },
};
