import { writeFileSync } from 'node:fs';
import type { CompletenessDay, CompletenessSource } from '../../../schema/completeness.ts';
import { AfferentError } from '../../../schema/errors.ts';
import { Day } from '../../../schema/records.ts';
import { completenessSvg } from '../../console/completeness-svg.ts';
import { type CompletenessFilter, studyCompleteness } from '../../store/completeness.ts';
import { requireParticipant } from '../../store/participants.ts';
import { withStore } from '../home.ts';
import { outcomeColumns } from '../outcome-columns.ts';
import type { Output } from '../output.ts';
import { requireStudySource } from '../study-source.ts';
import { argument, type Call, textOption, type Verb } from '../verb.ts';

export const verb: Verb = {
  arguments: { '<study>': 'name of the study' },
  options: [
    { flags: '--participant <id>', help: 'of one participant: the id in your own lists' },
    { flags: '--source <id>', help: 'of one source only' },
    { flags: '--from <day>', help: 'from this day on, such as 2026-01-01; else from each source’s first day' },
    { flags: '--to <day>', help: 'up to this day; else up to the study’s last day for what goes on, to its own last day for an export' },
    { flags: '--days', help: 'a row for each day' },
    { flags: '--svg <file>', help: 'write a picture: a row for each source, a column for each day' },
  ],
  json: true,
  examples: [
    'completeness sleep-2026',
    'completeness sleep-2026 --participant P001 --days',
    'completeness sleep-2026 --svg completeness.svg',
  ],
  notes:
    'For every source and day: expected, and received = stored + duplicate + quarantined + excluded + erased. What is expected is declared\n' +
    'for the source (--expect), or follows from the rates of its recordings; else a dash. Gaps are named with their cause where it is known.',
  async run(call) {
    const study = argument(call, 0);
    const result = await withStore(call.config, async (store) => {
      const filter: CompletenessFilter = {};
      const [source, outsideId] = [textOption(call, 'source'), textOption(call, 'participant')];
      if (source !== null) filter.source = (await requireStudySource(store, study, source)).id;
      if (outsideId !== null) filter.participant = await requireParticipant(store, study, outsideId);
      for (const name of ['from', 'to'] as const) {
        const day = dayOption(call, name);
        if (day !== null) filter[name] = day;
      }
      if (filter.from !== undefined && filter.to !== undefined && filter.from > filter.to)
        throw new AfferentError('usage', { what: '--from lies after --to' });
      return studyCompleteness(store, study, filter);
    });
    const svg = textOption(call, 'svg');
    if (svg !== null) writePicture(svg, completenessSvg(result));
    const nothing = call.options.from === undefined && call.options.to === undefined ? 'Nothing has arrived yet.' : 'Nothing lies there.';
    call.out.report(result, () => {
      if (result.sources.every(({ days, totals }) => days.length === 0 && totals.received === 0)) call.out.note(nothing);
      else {
        printSources(call.out, result.sources);
        if (call.options.days === true) printDays(call.out, result.sources);
      }
      if (svg !== null) call.out.note(`The picture is in ${svg}.`);
    });
    return 0;
  },
};

function dayOption(call: Call, name: 'from' | 'to'): string | null {
  const given = textOption(call, name);
  if (given !== null && (!Day.safeParse(given).success || Number.isNaN(Date.parse(given)))) {
    throw new AfferentError('usage', { what: `--${name} takes a day such as 2026-01-31` });
  }
  return given;
}

/** @throws AfferentError `bad-path` */
function writePicture(path: string, svg: string): void {
  try {
    writeFileSync(path, svg);
  } catch {
    throw new AfferentError('bad-path', { what: 'the picture cannot be written there' });
  }
}

function printSources(out: Output, sources: readonly CompletenessSource[]): void {
  out.table(
    [
      { title: 'participant', cell: (row) => row.participant },
      { title: 'source', cell: (row) => row.source },
      { title: 'kind', cell: (row) => row.kind },
      { title: 'from', cell: (row) => row.from },
      { title: 'to', cell: (row) => row.to },
      ...(['whole', 'partial', 'missing', 'quiet'] as const).map((state) => ({
        title: state,
        cell: (row: CompletenessSource) => row.states[state],
      })),
      { title: 'expected', cell: (row) => row.expected, right: true },
      ...outcomeColumns<CompletenessSource>((row) => row.totals),
    ],
    sources,
  );
  const gaps = sources.flatMap((source) => source.gaps.map((gap) => ({ ...gap, source: source.source, kind: source.kind })));
  out.line(gaps.length === 0 ? '\nNo gaps.' : '');
  if (gaps.length === 0) return;
  out.table(
    [
      { title: 'gap of', cell: (row) => row.source },
      { title: 'kind', cell: (row) => row.kind },
      { title: 'from', cell: (row) => row.from },
      { title: 'to', cell: (row) => row.to },
      { title: 'days', cell: (row) => row.days },
      { title: 'cause', cell: (row) => row.cause },
    ],
    gaps,
  );
}

function printDays(out: Output, sources: readonly CompletenessSource[]): void {
  out.line('');
  const rows = sources.flatMap(({ source, days }) => days.map((day) => ({ source, ...day })));
  out.table(
    [
      { title: 'source', cell: (row) => row.source },
      { title: 'day', cell: (row) => row.day },
      { title: 'state', cell: (row) => row.state },
      { title: 'cause', cell: (row) => row.cause },
      { title: 'expected', cell: (row) => row.expected, right: true },
      ...outcomeColumns<CompletenessDay & { source: string }>((row) => row),
    ],
    rows,
  );
}
