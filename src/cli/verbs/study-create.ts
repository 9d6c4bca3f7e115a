import { Policy } from '../../../schema/policy.ts';
import { createStudy } from '../../store/studies.ts';
import { withNewStore } from '../home.ts';
import { readShape } from '../read-file.ts';
import { argument, textOption, type Verb } from '../verb.ts';

export const verb: Verb = {
  arguments: { '<name>': 'lower-case letters, digits and hyphens' },
  options: [{ flags: '--policy <file>', help: 'when a score becomes an alert, and who is told (YAML or JSON)' }],
  json: true,
  examples: ['study create sleep-2026', 'study create sleep-2026 --policy policy.yaml'],
  async run(call) {
    const study = argument(call, 0);
    const path = textOption(call, 'policy');
    const policy = path === null ? null : readShape(path, Policy, 'bad-policy');
    await withNewStore(call.config, (store) => createStudy(store, study, policy));
    call.out.report({ study, policy: policy?.name ?? null }, () => {
      call.out.line(`Study ${study} is created${policy ? `, with policy ${policy.name}` : ''}.`);
      call.out.note(`Next: ./afferent participant add ${study} ID`);
    });
    return 0;
  },
};
