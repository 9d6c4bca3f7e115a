import { dirname, resolve } from 'node:path';
import { parse } from 'csv-parse/sync';
import { ConsentFile } from '../../../schema/consent-file.ts';
import { AfferentError } from '../../../schema/errors.ts';
import type { Consent } from '../../../schema/policy.ts';
import type { Store } from '../../store/open.ts';
import { addParticipant } from '../../store/participants.ts';
import { studyModels } from '../../store/studies.ts';
import { withStore } from '../home.ts';
import { readShape, readText } from '../read-file.ts';
import { argument, type Call, textOption, type Verb } from '../verb.ts';

interface Entry {
  outsideId: string;
  consent: Consent | null;
}

export const verb: Verb = {
  arguments: { '<study>': 'name of the study', '[id]': 'the participant’s id in your own lists' },
  options: [
    {
      flags: '--consent <file>',
      help: 'what the participant agreed to (YAML or JSON); everything public by default. Of one who is there already it is replaced',
    },
    { flags: '--roster <csv>', help: 'many at once: columns id and, where wanted, consent (a file beside the roster)' },
  ],
  json: true,
  examples: [
    'participant add sleep-2026 P001',
    'participant add sleep-2026 P002 --consent p002.yaml',
    'participant add sleep-2026 --roster roster.csv',
  ],
  notes: 'The id is never stored: a keyed hash of it, the pseudonym, is what you see from then on.',
  async run(call) {
    const study = argument(call, 0);
    const entries = readEntries(call);
    const { participants, chosen } = await withStore(call.config, async (store) => ({
      participants: await addAll(store, study, entries),
      chosen: await studyModels(store, study),
    }));
    call.out.report({ study, participants }, () => {
      for (const { participant, added, replaced } of participants) {
        call.out.line(`${participant} ${added ? 'added' : 'was there already'}${replaced ? '; the consent is replaced' : ''}`);
      }
      if (participants.some(({ replaced }) => replaced))
        call.out.note(
          `The consent holds for what is read from now on. What is stored that it does not cover: ./afferent participant consent ${study} ID`,
        );
      if (participants.length === 1)
        call.out.note(`Next: ./afferent source add ${study} ${first(chosen)} --participant ${entries[0]?.outsideId}`);
    });
    return 0;
  },
};

/** A first source: models of minutes and days hear nothing of posts. */
function first(chosen: readonly string[]): string {
  return chosen.length === 0 ? '--kind posts --path FILE' : '--kind fitbit --path EXPORT';
}

function readEntries(call: Call): Entry[] {
  const id = call.args[1];
  const roster = textOption(call, 'roster');
  if ((id === undefined) === (roster === null)) throw new AfferentError('usage', { what: 'give an id or --roster' });
  const consent = textOption(call, 'consent');
  if (roster !== null) {
    if (consent !== null) throw new AfferentError('usage', { what: 'a roster names its consent files in a column' });
    return readRoster(roster);
  }
  return [{ outsideId: id as string, consent: consent === null ? null : readShape(consent, ConsentFile, 'bad-consent') }];
}

/** Reads the whole roster before anything is written, so that a broken one changes nothing. */
function readRoster(path: string): Entry[] {
  const text = readText(path);
  let rows: Record<string, string>[];
  try {
    rows = parse(text, { columns: true, bom: true, trim: true, skip_empty_lines: true });
  } catch {
    throw new AfferentError('bad-roster');
  }
  return rows.map((row, i) => {
    if (!row.id) throw new AfferentError('bad-roster', { what: `row ${i + 1} has no id`, unit: i });
    const file = row.consent ? resolve(dirname(path), row.consent) : null;
    return { outsideId: row.id, consent: file === null ? null : readShape(file, ConsentFile, 'bad-consent') };
  });
}

async function addAll(
  store: Store,
  study: string,
  entries: Entry[],
): Promise<{ participant: string; added: boolean; replaced: boolean }[]> {
  const result = [];
  for (const { outsideId, consent } of entries) {
    const { id, added } = await addParticipant(store, study, outsideId, consent);
    result.push({ participant: id, added, replaced: !added && consent !== null });
  }
  return result;
}
