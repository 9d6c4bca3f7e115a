import { AlertDecision } from '../../../schema/alerts.ts';
import { AfferentError } from '../../../schema/errors.ts';
import { alertStep, byOption } from '../alert-step.ts';
import { textOption, type Verb } from '../verb.ts';

export const verb: Verb = {
  arguments: { '<alert>': 'id of an alert that you have rated' },
  options: [byOption, { flags: '--decision <what>', help: `what was done: ${AlertDecision.options.join(', ')}`, required: true }],
  json: true,
  parts: true,
  notes: 'Scores that joined it after its last rating open another alert, which is named.',
  examples: ['alerts close a_0123456789abcdef --by ana --decision contacted'],
  run(call) {
    const decision = AlertDecision.safeParse(textOption(call, 'decision'));
    if (!decision.success) throw new AfferentError('usage', { what: `--decision takes one of ${AlertDecision.options.join(', ')}` });
    return alertStep(call, 'alerts close', (steps, alert, by) => steps.close(alert, by, decision.data));
  },
};
