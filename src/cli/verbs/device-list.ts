import { listDevices } from '../../store/devices.ts';
import { withStore } from '../home.ts';
import { requireStudySource } from '../study-source.ts';
import { argument, type Verb } from '../verb.ts';

export const verb: Verb = {
  arguments: { '<study>': 'name of the study', '<source>': 'the source that they push to' },
  json: true,
  examples: ['device list sleep-2026 s_0123456789abcdef0123'],
  async run(call) {
    const [study, source] = [argument(call, 0), argument(call, 1)];
    const devices = await withStore(call.config, async (store) => {
      await requireStudySource(store, study, source);
      return listDevices(store, source);
    });
    call.out.report({ study, source, devices }, () => {
      call.out.table(
        [
          { title: 'device', cell: (row) => row.id },
          { title: 'added', cell: (row) => row.createdAt },
          { title: 'revoked', cell: (row) => row.revokedAt },
          { title: 'pushes', cell: (row) => row.pushes },
          { title: 'last push', cell: (row) => row.lastPushAt },
          { title: 'clock ahead by ms', cell: (row) => row.lastSkewMs },
        ],
        devices,
      );
    });
    return 0;
  },
};
