import { type LedgerCheck, type LedgerFinding, type LedgerRow, type Outcomes, outcomeNames } from '../../../schema/ledger.ts';
import { ledgerRows } from '../../store/ledger.ts';
import { checkLedger } from '../../store/ledger-check.ts';
import { withStore } from '../home.ts';
import { outcomeColumns, sumOutcomes } from '../outcome-columns.ts';
import type { Output } from '../output.ts';
import { recountFile } from '../recount.ts';
import type { Verb } from '../verb.ts';

export const verb: Verb = {
  arguments: { '[study]': 'name of the study; every study when left out' },
  options: [{ flags: '--check', help: 'recount from the files and the rows; exit code 1 when anything is off' }],
  json: true,
  examples: ['ledger sleep-2026', 'ledger sleep-2026 --check', 'ledger --json'],
  notes: `For every batch and day: received = ${outcomeNames.join(' + ')}, in the source’s own units.`,
  async run(call) {
    const study = call.args[0] ?? null;
    return withStore(call.config, async (store) => {
      const rows = await ledgerRows(store, study);
      const check = call.options.check === true ? await checkLedger(store, study, recountFile) : null;
      call.out.report(check ? { rows, ...check } : rows, () => printLedger(call.out, rows, check));
      return check && !check.balanced ? 1 : 0;
    });
  },
};

function printLedger(out: Output, rows: LedgerRow[], check: LedgerCheck | null): void {
  if (rows.length === 0) out.note('Nothing has arrived yet.');
  else {
    const total: LedgerRow = { study: 'total', source: '', batch: '', day: '', ...sumOutcomes(rows) };
    out.table(
      [
        { title: 'study', cell: (row) => row.study },
        { title: 'source', cell: (row) => row.source },
        { title: 'batch', cell: (row) => row.batch },
        { title: 'day', cell: (row) => row.day },
        ...outcomeColumns<LedgerRow>((row): Outcomes => row),
      ],
      [...rows, total],
    );
  }
  if (!check) return;
  for (const finding of check.findings) out.line(findingInWords(finding));
  out.line(
    `${check.balanced ? 'The ledger balances' : 'The ledger is off'}; ${check.recountedFromFile} of ${check.batches} batches recounted from their files.`,
  );
}

/** A file that was replaced or moved away is no fault of the ledger, and must not look like one. */
function findingInWords({ batch, what, expected, found }: LedgerFinding): string {
  if (what !== 'file-unavailable') return `${batch}: ${what}, expected ${expected}, found ${found}`;
  return (
    `${batch}: ${what}: its file is gone, or holds something else by now, so that its ${expected} units cannot be counted again. ` +
    'It had been read to its end: nothing is lost.'
  );
}
