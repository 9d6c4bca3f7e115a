import { type Policy, PolicyFile } from '../../../schema/policy.ts';
import { appendAudit } from '../../store/audit.ts';
import { createStudy } from '../../store/studies.ts';
import { readModels, refuseWeakRules } from '../chosen-models.ts';
import { withNewStore } from '../home.ts';
import { readShape } from '../read-file.ts';
import { argument, type Call, listOption, textOption, type Verb } from '../verb.ts';

export const verb: Verb = {
  arguments: { '<name>': 'lower-case letters, digits and hyphens' },
  options: [
    { flags: '--policy <file>', help: 'when a score becomes an alert, and who is told (YAML or JSON)' },
    { flags: '--model <name>', help: 'also run this model of minutes or days, weak as it is: see afferent models', many: true },
  ],
  json: true,
  examples: [
    'study create sleep-2026',
    'study create sleep-2026 --policy policy.yaml',
    'study create sleep-2026 --model days --model daily',
  ],
  async run(call) {
    const study = argument(call, 0);
    const path = textOption(call, 'policy');
    const policy = path === null ? null : readShape(path, PolicyFile, 'bad-policy');
    if (policy) await refuseWeakRules(policy);
    const models = await readModels(listOption(call, 'model'));
    await withNewStore(call.config, async (store) => {
      await createStudy(store, study, policy, models);
      for (const object of models) await appendAudit(store, { actor: 'command line', action: 'model-chosen', study, object });
    });
    call.out.report({ study, policy: policy?.name ?? null, models }, () => {
      call.out.line(`Study ${study} is created${policy ? `, with policy ${policy.name}` : ''}.`);
      if (models.length > 0) call.out.note(`It runs ${models.join(' and ')} as well: read the cards before you read the scores.`);
      if (policy) for (const warning of unreachable(call, study, policy)) call.out.note(warning);
      call.out.note(`Next: ./afferent participant add ${study} ID`);
    });
    return 0;
  },
};

/** What still keeps the people of a policy from being told, or from seeing an alert. */
function unreachable(call: Call, study: string, policy: Policy): string[] {
  const accounts = [...new Set(policy.people.map((person) => person.account))];
  return [
    ...(call.config.smtp === null ? ['No mail server is set, so nobody is told of an alert by mail: set smtp in afferent.yaml.'] : []),
    ...accounts.map(
      (name) => `So that ${name} sees alerts: ./afferent account add ${name}, then ./afferent account grant ${name} ${study} reviewer`,
    ),
  ];
}
