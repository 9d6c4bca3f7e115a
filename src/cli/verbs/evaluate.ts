import { errorTable } from '../../../schema/errors.ts';
import { type Evaluation, evaluate } from '../../score/evaluate/evaluate.ts';
import { reasonsLine } from '../../score/reasons.ts';
import { makeProgress } from '../progress.ts';
import { argument, type Call, textOption, type Verb } from '../verb.ts';

export const verb: Verb = {
  arguments: {
    '<model>': 'a model’s name or folder',
    '<file>':
      'labelled JSONL or CSV (either may be gzip), a folder of Empatica E4 zips with labels.csv beside them, or a labelled table of minutes or days',
  },
  options: [
    { flags: '--head <name>', help: 'of one head alone' },
    { flags: '--label-field <name>', help: 'field or column of the label, where it has another name than the head and its labels' },
    { flags: '--text-field <name>', help: 'field or column of the text (text)' },
  ],
  json: true,
  endsItself: true,
  examples: [
    'evaluate text labelled.jsonl',
    'evaluate text posts.csv --head outdoor_effect --label-field label --json',
    'evaluate e4 recordings/',
    'evaluate days labelled-days.csv',
  ],
  notes:
    'Fields that it knows: labels, severity, stress, lonely, thwarted_belongingness, perceived_burdensomeness, valence, arousal, dominance, ext\nneu agr con opn, social_anxiety, outdoor_effect, and emotion by the name of each. Of a head of several, those that are there are measured,\neach on the rows that tell of it. labels.csv has the columns subject (or person), label (or condition), and start and end (or start_unix\nand end_unix: seconds or ISO), a row a stretch; or unix_s instead of these two, a row a second; S1_E4.zip is of the subject S1. Intervals\nare 95 %, by bootstrap over authors or people where a field author, user, person, participant or subject names them, else over rows; the\nsame each time. Who has a row of a table that cannot be read is heard up to it. What is left out is counted with its reason, as are texts\nthat cannot be scored, and the exit code is 1.',
  async run(call) {
    const progress = makeProgress('Evaluating', 'rows');
    let found: Evaluation;
    try {
      found = await evaluate({
        model: argument(call, 0),
        file: argument(call, 1),
        head: textOption(call, 'head') ?? undefined,
        labelField: textOption(call, 'labelField') ?? undefined,
        textField: textOption(call, 'textField') ?? undefined,
        onProgress: (rows) => progress.update(rows, null, ''),
        signal: call.signal,
      });
    } finally {
      progress.end();
    }
    call.out.report(found, () => print(call, found));
    // Done, but not of all that was given.
    return found.aside.length > 0 || Object.keys(found.failures).length > 0 ? 1 : 0;
  },
};

function print(call: Call, found: Evaluation): void {
  const rows = found.heads.flatMap(({ measures, ...head }) =>
    Object.entries(measures).map(([name, estimate]) => ({ head, name, estimate })),
  );
  call.out.table(
    [
      { title: 'head', cell: ({ head }) => head.head },
      { title: 'grade', cell: ({ head }) => head.grade },
      { title: 'measure', cell: ({ name }) => name },
      { title: 'value', cell: ({ estimate }) => figure(estimate.value), right: true },
      { title: '95 %', cell: ({ estimate }) => estimate.interval && `${figure(estimate.interval[0])} to ${figure(estimate.interval[1])}` },
      { title: 'rows', cell: ({ head }) => head.rows },
      { title: 'authors', cell: ({ head }) => head.authors },
    ],
    rows,
  );
  if (found.failed > 0) {
    const reasons = reasonsLine(found.failures);
    call.out.line(`${found.failed} rows could not be scored${reasons === '' ? '' : `: ${reasons}`}.`);
  }
  for (const line of leftOut(found)) call.out.line(line);
  call.out.line(trainedOnLine(found));
}

/** What of the data is in none of the figures, and why. */
function leftOut({ labels, aside, unknownLabels, unmatched }: Evaluation): string[] {
  const lines: string[] = [];
  if (labels !== null) lines.push(`${labels.counted} of ${labels.found} labelled rows are counted.`);
  if (labels !== null && labels.unheard > 0)
    lines.push(
      `${labels.unheard} lie where the model has no output yet: a person’s first days or hours, those after a long gap, or an unfinished end.`,
    );
  if (labels !== null && labels.replaced > 0)
    lines.push(`${labels.replaced} stand before another of the same person and step, which counts.`);
  for (const { reason, people, rows, labels: lost, firstRow } of aside) {
    const from = firstRow === null ? '' : `, first at row ${firstRow}`;
    const what =
      firstRow === null
        ? `${people} recordings break off`
        : `${rows} rows (${lost} with a label) of ${people || 'unknown'} people are not heard`;
    lines.push(`${reason}: ${what}${from}. ${errorTable[reason].message}`);
  }
  if (unknownLabels) lines.push(`${unknownLabels} rows have a label that no head knows.`);
  if (unmatched !== null && unmatched.recordings > 0) lines.push(`${unmatched.recordings} recordings have no label.`);
  if (unmatched !== null && unmatched.people > 0) lines.push(`${unmatched.people} people with labels have no recording.`);
  if (unmatched !== null && unmatched.labelRows > 0) lines.push(`${unmatched.labelRows} rows of labels have no time that can be read.`);
  return lines;
}

function figure(value: number): string {
  return Number.isFinite(value) ? value.toFixed(3) : 'none';
}

/** Figures on what a model has seen say little: said in words. */
function trainedOnLine({ trainedOn, rows, authors }: Evaluation): string {
  if (trainedOn === null) return 'Which rows and authors the model was trained on is unknown: its folder has no trained-on.json.';
  const people = authors === null ? '' : `, and on ${trainedOn.authors.length} of ${authors} authors`;
  return `The model was trained on the text of ${trainedOn.rows} of ${rows} rows${people}.`;
}
