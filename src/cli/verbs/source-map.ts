import { AfferentError } from '../../../schema/errors.ts';
import { sourceKind } from '../../sources/index.ts';
import { appendAudit } from '../../store/audit.ts';
import { changeSourceSettings } from '../../store/source-settings.ts';
import { requireSource, type SourceSettings, sourceSettings } from '../../store/sources.ts';
import { requireStudy } from '../../store/studies.ts';
import { withStore } from '../home.ts';
import { readExpected, readMap, readZone, zoneNote } from '../source-options.ts';
import { argument, textOption, type Verb } from '../verb.ts';

export const verb: Verb = {
  arguments: { '<study>': 'name of the study', '<source>': 'id of the source' },
  options: [
    { flags: '--map <fields>', help: 'which fields mean what, such as id=tweet_id,time=created,text=body' },
    { flags: '--zone <zone>', help: 'zone of times that state none, such as Europe/Berlin' },
    { flags: '--account <name>', help: 'the account or device that the export must be of' },
    { flags: '--expect <units>', help: 'units that each day should bring by the protocol, such as 288/day' },
    { flags: '--again', help: 'read files that were read to their end once more: what is stored comes as duplicates' },
  ],
  json: true,
  examples: [
    'source map sleep-2026 s_0123456789abcdef0123 --map id=tweet_id,time=created,text=body',
    'source map sleep-2026 s_0123456789abcdef0123 --zone Europe/Berlin',
  ],
  notes:
    'What is stored stays as it was read. What could not be read is read again by: quarantine replay. Units that were kept without their\n' +
    'bytes, as whose they are was not known, are told anew by their files, and so are those that were left out as another person’s:\n' +
    'with another --account the next ingest reads them once more.\n' +
    'Under another zone or mapping --again may store times or texts beside those that are there.',
  async run(call) {
    const [study, source] = [argument(call, 0), argument(call, 1)];
    const { again, warning } = await withStore(call.config, async (store) => {
      await requireStudy(store, study);
      const { mapped } = sourceKind((await requireSource(store, source)).kind).manifest;
      const change: Partial<SourceSettings> = {};
      const [map, zone, account] = [textOption(call, 'map'), textOption(call, 'zone'), textOption(call, 'account')];
      if (map !== null) change.mapping = readMap(map, mapped);
      if (zone !== null) change.zone = readZone(zone);
      if (account !== null) change.account = account;
      const expected = readExpected(textOption(call, 'expect'));
      if (expected !== null) change.expected = expected;
      const asked = call.options.again === true;
      if (Object.keys(change).length === 0 && !asked)
        throw new AfferentError('usage', { what: 'give --map, --zone, --account, --expect or --again' });
      const before = await sourceSettings(store, source);
      await appendAudit(store, { actor: 'command line', action: 'source map', study, object: source });
      const again = await changeSourceSettings(store, study, source, change, asked);
      return { again, warning: change.zone === undefined ? null : await zoneNote(store, source, before.zone, change.zone) };
    });
    if (warning !== null) call.out.note(warning);
    call.out.report({ study, source, again }, () => {
      call.out.line(`Source ${source} is read so from now on.`);
      if (again) call.out.note(`Its files are read once more. Next: ./afferent ingest ${study} --source ${source}`);
      else call.out.note(`Next: ./afferent quarantine replay ${study} --source ${source}`);
    });
    return 0;
  },
};
