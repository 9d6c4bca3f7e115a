import { type ErrorCode, errorTable } from '../../../schema/errors.ts';
import { requireStudy } from '../../store/studies.ts';
import { withStore } from '../home.ts';
import { reasonOption } from '../reason-option.ts';
import { requireStudySource } from '../study-source.ts';
import { argument, noteLeftOut, numberOption, textOption, type Verb } from '../verb.ts';

export const verb: Verb = {
  arguments: { '<study>': 'name of the study' },
  options: [
    { flags: '--source <id>', help: 'of one source only' },
    { flags: '--reason <code>', help: 'of one reason only' },
    { flags: '--limit <number>', whole: { from: 1 }, help: 'at most so many rows (1000)' },
  ],
  json: true,
  examples: ['quarantine list sleep-2026', 'quarantine list sleep-2026 --reason no-time --json'],
  notes: 'Place: number of the part in its export, of the unit in the part, and position in the part’s stream, each from 0.',
  async run(call) {
    const study = argument(call, 0);
    const limit = numberOption(call, 'limit') ?? 1000;
    const source = textOption(call, 'source');
    const reason = reasonOption(call);
    const { rows, all } = await withStore(call.config, async (store) => {
      await requireStudy(store, study);
      if (source !== null) await requireStudySource(store, study, source);
      const chosen = store.db
        .selectFrom('quarantine')
        .where('quarantine.study', '=', study)
        .$if(source !== null, (query) => query.where('quarantine.source', '=', source as string))
        .$if(reason !== null, (query) => query.where('reason', '=', reason as string));
      const { all } = await chosen.select((eb) => eb.fn.countAll<number>().as('all')).executeTakeFirstOrThrow();
      const rows = await chosen
        .innerJoin('source', 'source.id', 'quarantine.source')
        .select([
          'quarantine.id',
          'quarantine.source',
          'source.kind',
          'quarantine.batch',
          'reason',
          'field',
          'part',
          'unit',
          'position',
          'units',
          'day',
        ])
        .orderBy('quarantine.batch')
        .orderBy('part')
        .orderBy('unit')
        .limit(limit)
        .execute();
      return { rows, all: Number(all) };
    });
    noteLeftOut(call, rows.length, all);
    const list = rows.map((row) => ({ ...row, day: row.day || null, message: reasonText(row.reason) }));
    call.out.report({ study, rows: list }, () => {
      if (list.length === 0)
        call.out.note(source === null && reason === null ? 'Nothing is in quarantine.' : 'Nothing of that is in quarantine.');
      else {
        call.out.table(
          [
            { title: 'id', cell: (row) => row.id },
            { title: 'source', cell: (row) => row.source },
            { title: 'kind', cell: (row) => row.kind },
            { title: 'reason', cell: (row) => row.reason },
            { title: 'field', cell: (row) => row.field },
            { title: 'part', cell: (row) => row.part },
            { title: 'unit', cell: (row) => row.unit },
            { title: 'position', cell: (row) => row.position },
            { title: 'units', cell: (row) => row.units },
            { title: 'what', cell: (row) => row.message },
          ],
          list,
        );
      }
    });
    return 0;
  },
};

function reasonText(reason: string): string {
  return Object.hasOwn(errorTable, reason) ? errorTable[reason as ErrorCode].message : reason;
}
