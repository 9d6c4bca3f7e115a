import { existsSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { backup } from '../../store/backup.ts';
import { withStore } from '../home.ts';
import { argument, type Verb } from '../verb.ts';

export const verb: Verb = {
  arguments: { '<folder>': 'a folder that does not exist yet' },
  json: true,
  examples: ['backup /backups/2026-11-23'],
  notes: 'Keep the key file and the participants’ keys apart from it: they are not in it, and without them it cannot be read.',
  async run(call) {
    const folder = resolve(argument(call, 0));
    const models = join(call.config.home, 'models');
    const rows = await withStore(call.config, (store) => backup(store, existsSync(models) ? models : null, folder));
    call.out.report({ folder, rows }, () => {
      const total = Object.values(rows).reduce((sum, count) => sum + count, 0);
      call.out.line(`${total} rows are in ${folder}.`);
      call.out.note(
        `Keep apart from it: ${call.config.keyFile} and the participants’ keys. Restore with: afferent restore ${folder} --home NEW`,
      );
    });
    return 0;
  },
};
