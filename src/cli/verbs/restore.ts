import { join, resolve } from 'node:path';
import { restore } from '../../store/restore.ts';
import { makeHome } from '../home.ts';
import { argument, type Verb } from '../verb.ts';

export const verb: Verb = {
  arguments: { '<folder>': 'a folder that backup wrote' },
  json: true,
  examples: ['restore /backups/2026-11-23 --home /data/new --key-file /safe/key --key-store sqlite:/safe/keys.db'],
  notes: 'Into a home without studies. Who has withdrawn since the backup is erased again before it opens.',
  async run(call) {
    makeHome(call.config);
    const restored = await restore(resolve(argument(call, 0)), call.config, join(call.config.home, 'models'));
    call.out.report(restored, () => {
      const total = Object.values(restored.rows).reduce((sum, count) => sum + count, 0);
      call.out.line(`${total} rows are restored; ${restored.erased} participants who had withdrawn were erased again.`);
    });
    return 0;
  },
};
