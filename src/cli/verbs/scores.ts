import { AfferentError } from '../../../schema/errors.ts';
import type { Store } from '../../store/open.ts';
import { requireParticipant } from '../../store/participants.ts';
import { listRuns, type RunModel } from '../../store/runs.ts';
import { requireStudy } from '../../store/studies.ts';
import { withStore } from '../home.ts';
import { countScores, type ScoreLine, scoreLines } from '../score-lines.ts';
import { argument, noteLeftOut, numberOption, textOption, type Verb } from '../verb.ts';
import { shortModel } from './runs.ts';

/** Rows that a terminal shows without --limit; JSON and CSV are complete. */
const shown = 50;

export const verb: Verb = {
  arguments: { '<study>': 'name of the study' },
  options: [
    { flags: '--participant <id>', help: 'of one participant: the id in your own lists' },
    { flags: '--head <name>', help: 'of one head, such as emotion' },
    { flags: '--limit <number>', whole: { from: 1 }, help: `at most so many rows (${shown} in a table; all as JSON or CSV)` },
    { flags: '--csv', help: 'print CSV: one row for each number' },
  ],
  json: true,
  examples: ['scores sleep-2026', 'scores sleep-2026 --participant P001 --head emotion --json', 'scores sleep-2026 --csv > scores.csv'],
  async run(call) {
    const study = argument(call, 0);
    const csv = call.options.csv === true;
    if (csv && call.out.json) throw new AfferentError('usage', { what: 'choose --csv or --json' });
    const limit = numberOption(call, 'limit') ?? (csv || call.out.json ? null : shown);
    await withStore(call.config, async (store) => {
      await requireStudy(store, study);
      const outsideId = textOption(call, 'participant');
      const participant = outsideId === null ? null : await requireParticipant(store, study, outsideId);
      const filter = { study, participant, head: textOption(call, 'head') };
      const lines = scoreLines(store, { ...filter, limit });
      if (limit !== null) {
        const all = await countScores(store, filter);
        noteLeftOut(call, Math.min(limit, all), all);
      }
      if (csv) return printCsv(lines, call.out.line);
      if (call.out.json) return printJson(study, lines);
      const rows: ScoreLine[] = [];
      for await (const line of lines) rows.push(line);
      if (rows.length === 0) call.out.note('No scores match.');
      else printTable(rows, severalModels(rows) ? await modelNames(store, study) : null);
    });
    return 0;

    function printTable(rows: ScoreLine[], models: ReadonlyMap<string, string> | null): void {
      call.out.table(
        [
          { title: 'time', cell: (row) => row.time },
          { title: 'participant', cell: (row) => row.participant },
          { title: 'head', cell: (row) => row.head },
          ...(models === null ? [] : [{ title: 'model', cell: (row: ScoreLine) => models.get(row.model) ?? row.model.slice(0, 12) }]),
          { title: 'grade', cell: (row) => row.grade },
          { title: 'decision', cell: (row) => JSON.stringify(row.decision) },
          { title: 'highest', cell: (row) => highest(row) },
        ],
        rows,
      );
    }
  },
};

/** Whether any head has scores of more than one model. */
function severalModels(rows: readonly ScoreLine[]): boolean {
  const models = new Map(rows.map(({ head, model }) => [head, model]));
  return rows.some(({ head, model }) => models.get(head) !== model);
}

async function modelNames(store: Store, study: string): Promise<Map<string, string>> {
  const models = (await listRuns(store, study)).flatMap((run) => JSON.parse(run.models) as RunModel[]);
  return new Map(models.map((model) => [model.id, shortModel(model)]));
}

/** One document, written as it is read: a study may hold millions of scores. */
async function printJson(study: string, lines: AsyncIterable<ScoreLine>): Promise<void> {
  process.stdout.write(`{"study": ${JSON.stringify(study)}, "scores": [`);
  let first = true;
  for await (const line of lines) {
    process.stdout.write(`${first ? '' : ','}\n${JSON.stringify(line)}`);
    first = false;
  }
  process.stdout.write('\n]}\n');
}

async function printCsv(lines: AsyncIterable<ScoreLine>, print: (text: string) => void): Promise<void> {
  print('score,participant,source,run,model,head,grade,day,time,end,key,value,decision');
  for await (const line of lines) {
    const { score, participant, source, run, model, head, grade, day, time, end } = line;
    const decision = quote(JSON.stringify(line.decision));
    for (const [key, value] of Object.entries(line.scores)) {
      const values = Array.isArray(value) ? value.map((v, i) => [`${key}_${i}`, v] as const) : [[key, value] as const];
      for (const [name, number] of values)
        print([score, participant, source, run, model, head, grade, day, time, end, name, number, decision].join(','));
    }
  }
}

function quote(text: string): string {
  return `"${text.replaceAll('"', '""')}"`;
}

function highest(row: ScoreLine): string {
  let best: [string, number] | null = null;
  for (const [key, value] of Object.entries(row.scores)) {
    if (typeof value === 'number' && (best === null || value > best[1])) best = [key, value];
  }
  return best === null ? '' : `${best[0]} ${best[1].toFixed(3)}`;
}
