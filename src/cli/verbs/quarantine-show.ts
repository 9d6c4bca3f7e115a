import { AfferentError, errorTable } from '../../../schema/errors.ts';
import { appendAudit } from '../../store/audit.ts';
import { quarantinedUnit } from '../../store/quarantined-unit.ts';
import { requireStudy } from '../../store/studies.ts';
import { withStore } from '../home.ts';
import { argument, type Verb } from '../verb.ts';

export const verb: Verb = {
  arguments: { '<study>': 'name of the study', '<id>': 'id of the unit, from quarantine list' },
  options: [{ flags: '--text', help: 'show its bytes too: what a participant wrote; the audit keeps that you looked' }],
  json: true,
  examples: [
    'quarantine show sleep-2026 0123456789abcdef0123456789abcdef',
    'quarantine show sleep-2026 0123456789abcdef0123456789abcdef --text',
  ],
  async run(call) {
    const [study, id] = [argument(call, 0), argument(call, 1)];
    const withText = call.options.text === true;
    const unit = await withStore(call.config, async (store) => {
      await requireStudy(store, study);
      const found = await quarantinedUnit(store, study, id, withText).catch((thrown: unknown) => {
        const isMissing = thrown instanceof AfferentError && thrown.code === 'not-found';
        throw isMissing ? new AfferentError('usage', { what: 'nothing of this id is in quarantine' }) : thrown;
      });
      if (withText) await appendAudit(store, { actor: 'command line', action: 'quarantine text', study, object: id });
      return found;
    });
    const { message, hint } = (errorTable as Readonly<Record<string, { message: string; hint: string }>>)[unit.reason] ?? {
      message: unit.reason,
      hint: '',
    };
    call.out.report({ study, ...unit, message, hint }, () => {
      const { text, ...facts } = unit;
      for (const [name, value] of Object.entries(facts)) call.out.line(`${name.padEnd(12)}${value ?? '–'}`);
      call.out.line(`\n${message} ${hint}`);
      if (text !== null) call.out.line(`\n${text}`);
      else call.out.note('Its text is hidden; --text shows it.');
    });
    return 0;
  },
};
