import { AfferentError } from '../../../schema/errors.ts';
import { alertStep, byOption } from '../alert-step.ts';
import { readText } from '../read-file.ts';
import { type Call, textOption, type Verb } from '../verb.ts';

export const verb: Verb = {
  arguments: { '<alert>': 'id of an alert that you have claimed' },
  options: [
    byOption,
    { flags: '--severity <level>', help: 'Columbia severity, 0 to 6', required: true },
    { flags: '--note-file <file>', help: 'a note, stored encrypted; - reads standard input' },
  ],
  json: true,
  parts: true,
  examples: [
    'alerts rate a_0123456789abcdef --by ana --severity 3',
    'alerts rate a_0123456789abcdef --by ana --severity 0 --note-file note.txt',
  ],
  run(call) {
    const severity = Number(textOption(call, 'severity'));
    if (!Number.isInteger(severity) || severity < 0 || severity > 6) throw new AfferentError('usage', { what: '--severity takes 0 to 6' });
    const note = readNote(call);
    return alertStep(call, 'alerts rate', (steps, alert, by) => steps.rate(alert, by, { severity, note }));
  },
};

function readNote(call: Call): string {
  const file = textOption(call, 'noteFile');
  if (file === null) return '';
  return readText(file === '-' ? '/dev/stdin' : file);
}
