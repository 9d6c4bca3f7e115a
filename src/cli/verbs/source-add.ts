import { accessSync, constants } from 'node:fs';
import { resolve } from 'node:path';
import { AfferentError } from '../../../schema/errors.ts';
import { Duration, durationMs } from '../../../schema/policy.ts';
import { sourceKind, sourceKinds } from '../../sources/index.ts';
import { requireParticipant } from '../../store/participants.ts';
import { addSource, isPushed, listSources, pushedSource } from '../../store/sources.ts';
import { requireStudy } from '../../store/studies.ts';
import { ensureSchedules } from '../../temporal/schedules.ts';
import { withStore } from '../home.ts';
import { withLiveParts } from '../live-parts.ts';
import { readExpected, readMap, readZone } from '../source-options.ts';
import { argument, textOption, type Verb } from '../verb.ts';

export const verb: Verb = {
  arguments: { '<study>': 'name of the study' },
  options: [
    { flags: '--kind <kind>', help: `one of ${Object.keys(sourceKinds).join(', ')}`, required: true },
    { flags: '--path <path>', help: 'a file, a folder of exports, or a folder that goes on filling' },
    { flags: '--push <name>', help: 'instead of a path: devices push to it, or a feed reads it; a name of yours such as phone' },
    { flags: '--participant <id>', help: 'the participant’s id in your own lists', required: true },
    { flags: '--every <duration>', help: 'look for what is new so often, such as 15m or 24h, while afferent up runs' },
    { flags: '--map <fields>', help: 'which fields mean what, such as id=tweet_id,time=created,text=body' },
    { flags: '--zone <zone>', help: 'zone of times that state none, such as Europe/Berlin' },
    { flags: '--account <name>', help: 'the account or device that the export must be of' },
    { flags: '--expect <units>', help: 'units that each day should bring by the protocol, such as 288/day' },
  ],
  json: true,
  examples: [
    'source add sleep-2026 --kind posts --path posts.jsonl --participant P001',
    'source add sleep-2026 --kind posts --path posts.csv --participant P001 --map id=tweet_id,time=created,text=body --zone Europe/Berlin',
    'source add sleep-2026 --kind posts --push phone --participant P001',
    'source add sleep-2026 --kind empatica-e4 --path /data/e4/p001 --participant P001 --every 15m',
  ],
  notes: `Kinds:\n${Object.values(sourceKinds)
    .map(({ manifest }) => `  ${manifest.kind.padEnd(14)} ${manifest.title}; counted in: ${manifest.unit}`)
    .join('\n')}`,
  async run(call) {
    const study = argument(call, 0);
    const kind = sourceKind(textOption(call, 'kind') ?? '').manifest;
    const path = pathOf(textOption(call, 'path'), textOption(call, 'push'));
    const mapping = readMap(textOption(call, 'map'), kind.mapped);
    const everySeconds = readEvery(textOption(call, 'every'));
    const expected = readExpected(textOption(call, 'expect'));
    const declared = { path, mapping, zone: readZone(textOption(call, 'zone')), account: textOption(call, 'account') };
    const settings = expected === null ? declared : { ...declared, expected };
    const { id, added } = await withStore(call.config, async (store) => {
      await requireStudy(store, study);
      const participant = await requireParticipant(store, study, textOption(call, 'participant') ?? '');
      const made = await addSource(store, study, participant, kind.kind, settings, everySeconds);
      const rows = (await listSources(store, study)).filter((source) => source.id === made.id);
      // What is up now reads on time from now; what comes up later looks into the store.
      await withLiveParts(call.config, (client) => ensureSchedules(client, rows));
      return made;
    });
    call.out.report({ study, source: id, kind: kind.kind, added, everySeconds }, () => {
      call.out.line(`Source ${id} (${kind.kind}) ${added ? 'is added' : 'was there; its settings are now these'}.`);
      if (everySeconds !== null) call.out.note('It is read on time while afferent up runs.');
      else if (isPushed(path)) call.out.note(`Next: ./afferent device add ${study} ${id}, or feed add`);
      else call.out.note(`Next: ./afferent ingest ${study}`);
    });
    return 0;
  },
};

function pathOf(path: string | null, push: string | null): string {
  if ((path === null) === (push === null)) throw new AfferentError('usage', { what: 'give --path or --push' });
  if (push === null) return readablePath(path ?? '');
  if (!/^[a-z0-9][a-z0-9-]{0,62}$/.test(push))
    throw new AfferentError('usage', { what: '--push takes lower-case letters, digits and hyphens' });
  return pushedSource(push);
}

function readablePath(given: string): string {
  const path = resolve(given);
  try {
    accessSync(path, constants.R_OK);
  } catch {
    throw new AfferentError('bad-path');
  }
  return path;
}

function readEvery(given: string | null): number | null {
  if (given === null) return null;
  if (!Duration.safeParse(given).success) throw new AfferentError('usage', { what: '--every takes a duration such as 15m' });
  const seconds = durationMs(given) / 1000;
  if (seconds < 10) throw new AfferentError('usage', { what: '--every is at least 10s' });
  return seconds;
}
