import { AfferentError } from '../../../schema/errors.ts';
import { consoleUrl } from '../../parts/parts-file.ts';
import { pushedMedia } from '../../parts/pushed-media.ts';
import { appendAudit } from '../../store/audit.ts';
import { addDevice } from '../../store/devices.ts';
import { withStore } from '../home.ts';
import { requireStudySource } from '../study-source.ts';
import { argument, type Verb } from '../verb.ts';

export const verb: Verb = {
  arguments: { '<study>': 'name of the study', '<source>': 'the source that it pushes to' },
  json: true,
  examples: ['device add sleep-2026 s_0123456789abcdef0123'],
  notes: 'The token is shown once and stored hashed. Whoever has it can add to this one source and do nothing else.',
  async run(call) {
    const [study, source] = [argument(call, 0), argument(call, 1)];
    const made = await withStore(call.config, async (store) => {
      const { kind } = await requireStudySource(store, study, source);
      const types = pushedMedia()[kind];
      if (!types) throw new AfferentError('media-not-taken', { what: `devices cannot push to a source of kind ${kind}` });
      const device = await addDevice(store, study, source);
      await appendAudit(store, { actor: 'command line', action: 'device-add', study, object: device.id });
      return { ...device, types };
    });
    const base = call.config.url ?? consoleUrl(call.config.home) ?? `http://${call.config.host}:${call.config.port ?? 4400}`;
    const url = `${base}/v1/ingest/${source}`;
    call.out.report({ study, source, device: made.id, token: made.token, url, contentTypes: made.types }, () => {
      call.out.line(`Device ${made.id} may push to ${url}`);
      call.out.line(`Token  ${made.token}`);
      call.out.note(`It is not shown again. Content types: ${made.types.join(', ')}`);
    });
    return 0;
  },
};
