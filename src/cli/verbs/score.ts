import { AfferentError } from '../../../schema/errors.ts';
import { Engine } from '../../../schema/model.ts';
import type { LowTally } from '../../../schema/scores.ts';
import { reasonsLine } from '../../score/reasons.ts';
import { type ScoreCounts, scoreFiles } from '../../score/scoreFiles.ts';
import { makeProgress } from '../progress.ts';
import { type Call, numberOption, textOption, type Verb } from '../verb.ts';

const precisions = ['fp32', 'int8'] as const;

export const verb: Verb = {
  arguments: {
    '<file...>':
      'JSONL, CSV (either may be gzip; a table of minutes for --model daily, of days for --model days), Empatica E4 zips or folders; - is standard input',
  },
  options: [
    { flags: '--out <file>', help: 'write here, not to standard output; the file has its name once it is whole' },
    { flags: '--model <name>', help: 'a model’s name or folder; else the one that ships for the kind of input' },
    { flags: '--engine <engine>', help: 'native, or wasm: the reference, the same bits on every machine' },
    { flags: '--precision <precision>', help: 'fp32 or int8' },
    { flags: '--whole', help: 'read finished recordings twice, so that each window knows all of its recording; ids differ' },
    { flags: '--batch <rows>', whole: { from: 1 }, help: 'most rows of one run of the model; changes no bit' },
    { flags: '--threads <number>', whole: { from: 1, to: 256 }, help: 'scoring threads; changes no bit' },
    { flags: '--id-field <name>', help: 'field or column of the id (id)' },
    { flags: '--text-field <name>', help: 'field or column of the text (text)' },
  ],
  json: false,
  endsItself: true,
  examples: [
    'score posts.jsonl --out scores.jsonl',
    'score posts.csv --text-field body',
    'score - --out scores.jsonl < posts.jsonl',
    'score E4.zip --out windows.jsonl',
    'score minutes.csv --model daily',
    'score days.csv --model days',
  ],
  notes:
    'No study, server or database. One JSON line for each row or window, in order; a row that could not be scored has an error.\nExit code 1 when there is such a row.',
  async run(call) {
    const progress = makeProgress('Scoring', 'rows');
    let counts: ScoreCounts;
    try {
      counts = await scoreFiles({
        files: call.rest,
        out: textOption(call, 'out') ?? undefined,
        model: textOption(call, 'model') ?? undefined,
        engine: oneOf(call, 'engine', Engine.options),
        precision: oneOf(call, 'precision', precisions),
        whole: call.options.whole === true,
        batch: numberOption(call, 'batch') ?? undefined,
        threads: numberOption(call, 'threads') ?? undefined,
        idField: textOption(call, 'idField') ?? undefined,
        textField: textOption(call, 'textField') ?? undefined,
        onProgress: ({ rows, failed }) => progress.update(rows, null, failed > 0 ? `· ${failed} with an error` : ''),
        signal: call.signal,
      });
    } finally {
      progress.end();
    }
    if (counts.low) call.out.note(lowNote(counts.low));
    if (counts.rows === 0) call.out.note('There is no row in it: nothing was scored.');
    if (counts.failed > 0) call.out.note(`${counts.failed} of ${counts.rows} rows have an error: ${reasonsLine(counts.reasons)}.`);
    return counts.failed > 0 ? 1 : 0;
  },
};

function lowNote({ rows, fallbacks, counters }: LowTally): string {
  const highest = (['sat_', 'loss_'] as const).flatMap((kind) => {
    const some = Object.entries(counters).filter(([name]) => name.startsWith(kind));
    const [name, { max }] = some.reduce((a, b) => (b[1].max > a[1].max ? b : a), some[0] ?? ['', { max: 0 }]);
    return name === '' ? [] : [`${name} ${max.toPrecision(2)}`];
  });
  const { saturation = 0, loss = 0, margin = 0 } = fallbacks;
  const again = saturation + loss + margin;
  return `int8: ${rows} rows, ${again} of them in fp32 after all (saturation ${saturation}, loss ${loss}, near a limit ${margin}). Highest: ${highest.join(', ')}.`;
}

function oneOf<T extends string>(call: Call, name: string, choices: readonly T[]): T | undefined {
  const given = textOption(call, name);
  if (given === null) return undefined;
  const choice = choices.find((one) => one === given);
  if (choice === undefined) throw new AfferentError('usage', { what: `--${name} takes ${choices.join(' or ')}` });
  return choice;
}
