import { alertStep, byOption } from '../alert-step.ts';
import { readText } from '../read-file.ts';
import { type Call, numberOption, textOption, type Verb } from '../verb.ts';

export const verb: Verb = {
  arguments: { '<alert>': 'id of an alert that you have claimed' },
  options: [
    byOption,
    { flags: '--severity <level>', help: 'Columbia severity, 0 to 6', required: true, whole: { from: 0, to: 6 } },
    { flags: '--note-file <file>', help: 'a note, stored encrypted; - reads standard input' },
  ],
  json: true,
  parts: true,
  examples: [
    'alerts rate a_0123456789abcdef --by ana --severity 3',
    'alerts rate a_0123456789abcdef --by ana --severity 0 --note-file note.txt',
  ],
  run(call) {
    const severity = numberOption(call, 'severity') as number;
    const note = readNote(call);
    return alertStep(call, 'alerts rate', (steps, alert, by) => steps.rate(alert, by, { severity, note }));
  },
};

function readNote(call: Call): string {
  const file = textOption(call, 'noteFile');
  if (file === null) return '';
  return readText(file === '-' ? '/dev/stdin' : file);
}
