import { join, resolve } from 'node:path';
import { restore } from '../../store/restore.ts';
import { makeHome } from '../home.ts';
import { argument, type Verb } from '../verb.ts';

export const verb: Verb = {
  arguments: { '<folder>': 'a folder that backup wrote' },
  options: [{ flags: '--keep-devices', help: 'leave the tokens of devices good: only where none was revoked since the backup was made' }],
  json: true,
  examples: ['restore /backups/2026-11-23 --home /data/new --key-file /safe/key --key-store sqlite:/safe/keys.db'],
  notes:
    'Into a home without studies. Who has withdrawn since the backup is erased again before it opens. Tokens of devices are revoked, for some\n' +
    'may have been since: give each device a new one with device add.',
  async run(call) {
    makeHome(call.config);
    const restored = await restore(resolve(argument(call, 0)), call.config, join(call.config.home, 'models'), {
      keepDevices: call.options.keepDevices === true,
    });
    call.out.report(restored, () => {
      const total = Object.values(restored.rows).reduce((sum, count) => sum + count, 0);
      call.out.line(`${total} rows are restored; ${restored.erased} participants who had withdrawn were erased again.`);
      if (restored.devicesRevoked > 0) call.out.line(`${restored.devicesRevoked} devices need new tokens: see device add.`);
    });
    return 0;
  },
};
