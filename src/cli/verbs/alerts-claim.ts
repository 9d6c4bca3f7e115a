import { alertStep, byOption } from '../alert-step.ts';
import type { Verb } from '../verb.ts';

export const verb: Verb = {
  arguments: { '<alert>': 'id of the alert, see: afferent alerts' },
  options: [byOption],
  json: true,
  parts: true,
  examples: ['alerts claim a_0123456789abcdef --by ana'],
  notes: 'Of two who claim at once, one has it; the other ends with exit code 2.',
  run: (call) => alertStep(call, 'alerts claim', (steps, alert, by) => steps.claim(alert, by)),
};
