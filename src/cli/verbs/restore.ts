import { join, resolve } from 'node:path';
import { consentDecision } from '../../consent/filter.ts';
import { restore } from '../../store/restore.ts';
import { makeHome } from '../home.ts';
import { argument, type Verb } from '../verb.ts';

export const verb: Verb = {
  arguments: { '<folder>': 'a folder that backup wrote' },
  options: [{ flags: '--keep-devices', help: 'leave the tokens of devices good: only where none was revoked since the backup was made' }],
  json: true,
  examples: ['restore /backups/2026-11-23 --home /data/new --key-file /safe/key --key-store sqlite:/safe/keys.db'],
  notes:
    'Into a home without studies. Who has withdrawn since the backup is erased again before it opens, and so is what consents that were\n' +
    'narrowed since do not cover. Whose consent the key store does not know is listed, and the exit code is 1. Tokens of devices are revoked, for some\n' +
    'may have been since: give each device a new one with device add.',
  async run(call) {
    makeHome(call.config);
    const restored = await restore(resolve(argument(call, 0)), call.config, join(call.config.home, 'models'), {
      refuse: (consent) => (item) => consentDecision(consent, item),
      keepDevices: call.options.keepDevices === true,
    });
    call.out.report(restored, () => {
      const total = Object.values(restored.rows).reduce((sum, count) => sum + count, 0);
      call.out.line(`${total} rows are restored; ${restored.erased} participants who had withdrawn were erased again.`);
      if (restored.devicesRevoked > 0) call.out.line(`${restored.devicesRevoked} devices need new tokens: see device add.`);
      const { carried, erased, unknown, madeAt } = restored.consents;
      const units = erased.reduce((sum, row) => sum + row.units, 0);
      if (carried.length > 0)
        call.out.line(
          `${carried.length} consents are as they were given since, and ${units} units that they do not cover were erased again.`,
        );
      if (unknown.length === 0) return;
      call.out.line(`Of these participants the key store does not tell whether their consent was narrowed after ${madeAt}:`);
      for (const participant of unknown) call.out.line(`  ${participant}`);
      call.out.note(
        'Give each of them the consent that holds: participant add STUDY ID --consent FILE, then participant consent STUDY ID --yes.',
      );
    });
    // Restored, but somebody has to look.
    return restored.consents.unknown.length > 0 ? 1 : 0;
  },
};
