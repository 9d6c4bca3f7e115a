import type { Outcomes } from '../../../schema/ledger.ts';
import { appendAudit } from '../../store/audit.ts';
import { withStore } from '../home.ts';
import { outcomeColumns } from '../outcome-columns.ts';
import type { Output } from '../output.ts';
import { type StudyStatus, studyStatus } from '../study-status.ts';
import { argument, type Verb } from '../verb.ts';

export const verb: Verb = {
  arguments: { '<study>': 'name of the study' },
  json: true,
  options: [{ flags: '--names', help: 'tell outside names of changed formats as they are; the audit keeps that you looked' }],
  examples: ['status sleep-2026', 'status sleep-2026 --json', 'status sleep-2026 --names'],
  notes: 'Schedules are shown while afferent up runs. With --json: contentHash, equal for equal content whatever happened on the way.',
  async run(call) {
    const [study, named] = [argument(call, 0), call.options.names === true];
    const status = await withStore(call.config, async (store) => {
      const found = await studyStatus(call.config, store, study, named);
      if (named) await appendAudit(store, { actor: 'command line', action: 'outside names', study, object: null });
      return found;
    });
    call.out.report(status, () => printStatus(call.out, status));
    return 0;
  },
};

/** The status in tables. */
export function printStatus(out: Output, status: StudyStatus): void {
  const { counts, parts } = status;
  out.line(
    `Study ${status.study}: ${counts.participants} participants, ${counts.sources} sources, ${counts.records} records, ${counts.scores} scores`,
  );
  out.line(
    parts
      ? `Up: ${[parts.console, parts.ui].filter(Boolean).join(', ') || parts.temporal}`
      : 'Not up: schedules run and alerts reach people while afferent up runs.',
  );
  if (status.sources.length > 0) printSources(out, status);
  const failed = status.sources.filter((source) => source.lastError !== null);
  for (const { source, lastError } of failed) out.line(`${source}: ${lastError?.message} ${lastError?.hint}`);
  const states = Object.entries(status.batchStates).map(([state, n]) => `${n} ${state}`);
  out.line(`\nBatches: ${states.join(', ') || 'none yet'}`);
  if (status.quarantine.length > 0) out.line(`Quarantine: ${status.quarantine.map((row) => `${row.reason} ${row.units}`).join(', ')}`);
  if (status.exclusions.length > 0) out.line(`Excluded: ${status.exclusions.map((row) => `${row.reason} ${row.units}`).join(', ')}`);
  printDrift(out, status);
  for (const { source, from, to } of status.lapses.slice(-20))
    out.line(`The feed of ${source} may have missed something from ${from} to ${to}.`);
  if (status.scores.length > 0) printScores(out, status);
  if (status.unscored.length > 0) out.line(`Not scored: ${status.unscored.map((row) => `${row.reason} ${row.inputs}`).join(', ')}`);
  if (status.tooLittle.length > 0) printTooLittle(out, status);
  const { open, claimed, rated, closed, overdue } = status.alerts;
  out.line(`Alerts: ${open} open, ${claimed} claimed, ${rated} rated, ${closed} closed${overdue > 0 ? `, ${overdue} overdue` : ''}`);
  if (open + claimed + rated > 0)
    out.line(status.watched ? `Last watched ${status.watched.at} by ${status.watched.by}` : 'Nobody has watched yet.');
}

/** Changes of outside formats that no newer parser has cleared, and what was taken for granted of files. */
function printDrift(out: Output, status: StudyStatus): void {
  const rows = status.drift.filter((row) => row.clearedAt === null);
  for (const { source, name, arrivals } of rows.filter(({ kind }) => kind === 'assumed').slice(0, 20)) {
    out.line(`Assumed of ${source}, in ${arrivals} ${arrivals === 1 ? 'arrival' : 'arrivals'}: ${name}`);
  }
  const open = rows.filter(({ kind }) => kind !== 'assumed');
  if (open.length === 0) return;
  out.line('\nFormats have changed; what can still be read is read:');
  out.table(
    [
      { title: 'source', cell: (row) => row.source },
      { title: 'change', cell: (row) => row.kind },
      { title: 'name', cell: (row) => row.name },
      { title: 'first seen', cell: (row) => row.firstAt },
      { title: 'last seen', cell: (row) => row.lastAt },
      { title: 'arrivals', cell: (row) => row.arrivals },
    ],
    open.slice(0, 20),
  );
  if (open.length > 20) out.line(`${open.length - 20} more with --json.`);
}

function printTooLittle(out: Output, { tooLittle }: StudyStatus): void {
  out.line('\nHeard too little of, as of the last run, to have scores:');
  out.table(
    [
      { title: 'participant', cell: (row) => row.participant },
      { title: 'model', cell: (row) => row.model },
      { title: 'heard', cell: (row) => `${row.heard} ${row.unit}` },
      { title: 'least', cell: (row) => `${row.needed} ${row.unit}` },
    ],
    tooLittle.slice(0, 20),
  );
  if (tooLittle.length > 20) out.line(`${tooLittle.length - 20} more with --json.`);
}

function printSources(out: Output, status: StudyStatus): void {
  out.line('');
  out.table(
    [
      { title: 'source', cell: (row) => row.source },
      { title: 'kind', cell: (row) => row.kind },
      { title: 'state', cell: (row) => row.state },
      ...outcomeColumns<StudyStatus['sources'][number]>((row): Outcomes => row.totals),
      { title: 'every', cell: (row) => (row.everySeconds === null ? null : `${row.everySeconds} s`) },
      { title: 'next', cell: (row) => row.schedule?.next ?? null },
      { title: 'last', cell: (row) => row.schedule?.last ?? row.lastRunAt },
      { title: 'skipped', cell: (row) => row.schedule?.skipped ?? null },
    ],
    status.sources,
  );
}

function printScores(out: Output, status: StudyStatus): void {
  out.line('');
  out.table(
    [
      { title: 'model', cell: (row) => `${row.name}@${row.model.slice(0, 12)}` },
      { title: 'head', cell: (row) => row.head },
      { title: 'grade', cell: (row) => row.grade },
      { title: 'scores', cell: (row) => row.scores },
    ],
    status.scores,
  );
}
