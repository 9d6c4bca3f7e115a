import { appendAudit } from '../../store/audit.ts';
import { revokeDevice } from '../../store/devices.ts';
import { withStore } from '../home.ts';
import { argument, type Verb } from '../verb.ts';

export const verb: Verb = {
  arguments: { '<study>': 'name of the study', '<source>': 'the source that it pushes to', '<device>': 'the device' },
  json: true,
  examples: ['device revoke sleep-2026 s_0123456789abcdef0123 d_0123456789abcdef0123'],
  notes: 'The device is refused from its next request on. What it pushed before stays.',
  async run(call) {
    const [study, source, device] = [argument(call, 0), argument(call, 1), argument(call, 2)];
    await withStore(call.config, async (store) => {
      await revokeDevice(store, study, source, device);
      await appendAudit(store, { actor: 'command line', action: 'device-revoke', study, object: device });
    });
    call.out.report({ study, source, device, revoked: true }, () => call.out.line(`Device ${device} is revoked.`));
    return 0;
  },
};
