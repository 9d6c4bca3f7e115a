import type { AsOfRow } from '../../../schema/api.ts';
import { AfferentError } from '../../../schema/errors.ts';
import { asOfRows } from '../../console/explore/as-of.ts';
import { type AsOfFilter, countAsOf } from '../../store/as-of.ts';
import { requireParticipant } from '../../store/participants.ts';
import { withStore } from '../home.ts';
import { requireStudySource } from '../study-source.ts';
import { argument, noteLeftOut, numberOption, textOption, type Verb } from '../verb.ts';

/** Rows that a terminal shows without --limit; JSON is complete. */
const shown = 50;
const slice = 500;
const iso = /^\d{4}-\d\d-\d\d(T\d\d:\d\d(:\d\d(\.\d{1,3})?)?(Z|[+-]\d\d:\d\d))?$/;

export const verb: Verb = {
  arguments: { '<study>': 'name of the study' },
  options: [
    { flags: '--as-of <time>', help: 'as they were known then: a day (its end in UTC), or ISO 8601 with its zone; else now' },
    { flags: '--participant <id>', help: 'of one participant: the id in your own lists' },
    { flags: '--source <id>', help: 'of one source only' },
    { flags: '--limit <number>', whole: { from: 1 }, help: `at most so many rows (${shown} in a table; all as JSON)` },
  ],
  json: true,
  examples: [
    'records sleep-2026',
    'records sleep-2026 --as-of 2026-02-01T12:00:00Z --participant P001',
    'records sleep-2026 --as-of 2026-02-01 --json',
  ],
  notes:
    'Of each record the newest version among those that had arrived by then: by the version or export time that its source states, else the\n' +
    'one that was stated last, also where it had been stated before. Of a record without a version of its own, `version` is the last export\n' +
    'that stated it. Texts are masked. What was erased since is not shown.',
  async run(call) {
    const study = argument(call, 0);
    const limit = numberOption(call, 'limit') ?? (call.out.json ? Number.POSITIVE_INFINITY : shown);
    const filter: AsOfFilter = { at: momentOf(textOption(call, 'asOf')) };
    const { rows, all } = await withStore(call.config, async (store) => {
      const [outsideId, source] = [textOption(call, 'participant'), textOption(call, 'source')];
      if (outsideId !== null) filter.participant = await requireParticipant(store, study, outsideId);
      if (source !== null) filter.source = (await requireStudySource(store, study, source)).id;
      const rows: AsOfRow[] = [];
      for (let page = 1; rows.length < limit; page++) {
        const some = await asOfRows(store, study, filter, { page, size: slice });
        rows.push(...some.slice(0, limit - rows.length));
        if (some.length < slice) break;
      }
      return { rows, all: rows.length < limit ? rows.length : await countAsOf(store, study, filter) };
    });
    noteLeftOut(call, rows.length, all);
    call.out.report({ study, asOf: filter.at, records: rows }, () => {
      if (rows.length === 0) return call.out.note('Nothing was known by then.');
      call.out.table(
        [
          { title: 'time', cell: (row) => row.time },
          { title: 'participant', cell: (row) => row.participant },
          { title: 'source', cell: (row) => row.source },
          { title: 'type', cell: (row) => row.type },
          { title: 'version', cell: (row) => row.version },
          { title: 'known since', cell: (row) => row.known },
          { title: 'text', cell: (row) => row.text.replaceAll(/\s+/g, ' ').slice(0, 60) },
        ],
        rows,
      );
    });
    return 0;
  },
};

/** A day stands for its end: what became known on it was known. */
function momentOf(given: string | null): string {
  if (given === null) return new Date().toISOString();
  const ms = iso.test(given) ? Date.parse(given.length === 10 ? `${given}T23:59:59.999Z` : given) : Number.NaN;
  if (Number.isNaN(ms)) throw new AfferentError('usage', { what: '--as-of takes a day such as 2026-02-01, or a time with its zone' });
  return new Date(ms).toISOString();
}
