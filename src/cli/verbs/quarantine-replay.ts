import { noReplay, type ReplayCounts } from '../../../activities/threads/replay-quarantine.ts';
import { AfferentError } from '../../../schema/errors.ts';
import { appendAudit } from '../../store/audit.ts';
import type { Store } from '../../store/open.ts';
import { listSources, type SourceRow } from '../../store/sources.ts';
import { requireStudy } from '../../store/studies.ts';
import { scoringDone, startReplay } from '../../temporal/ingestion.ts';
import { toWorkflowError } from '../../temporal/workflow-error.ts';
import { withStore } from '../home.ts';
import { reasonOption } from '../reason-option.ts';
import { argument, type Call, textOption, type Verb } from '../verb.ts';
import { withParts } from '../with-parts.ts';

export const verb: Verb = {
  arguments: { '<study>': 'name of the study' },
  options: [
    { flags: '--source <id>', help: 'of one source only' },
    { flags: '--reason <code>', help: 'of one reason only' },
  ],
  json: true,
  parts: true,
  examples: ['quarantine replay sleep-2026', 'quarantine replay sleep-2026 --source s_0123456789abcdef0123 --reason no-id'],
  notes:
    'The kept bytes are read again, under today’s mapping, zone, account and consent. What is readable now is stored and scored, and the\n' +
    'ledger moves. Interrupted or called again, it goes on; nothing is stored twice. Exit code 1 when something is left in quarantine.',
  async run(call) {
    const study = argument(call, 0);
    const reason = reasonOption(call);
    return withStore(call.config, async (store) => {
      await requireStudy(store, study);
      const sources = await sourcesWithQuarantine(store, study, textOption(call, 'source'), reason);
      const rows: SourceReplay[] = [];
      if (sources.length > 0) {
        await appendAudit(store, { actor: 'command line', action: 'quarantine replay', study, object: textOption(call, 'source') });
        await withParts(call, store, { verb: 'quarantine' }, async ({ client }) => {
          const handles = await startReplay(client, study, sources, reason);
          try {
            for (const [i, handle] of handles.entries()) {
              const { replayed } = await handle.result();
              rows.push({ source: (sources[i] as SourceRow).id, ...(replayed ?? noReplay) });
            }
            await scoringDone(client, study);
          } catch (thrown) {
            throw toWorkflowError(thrown);
          }
        });
      }
      const total = rows.reduce((sum, row) => added(sum, row), noReplay);
      call.out.report({ study, ...total, sources: rows }, () => printReplay(call, rows, total));
      return total.still + total.cut + total.bare > 0 ? 1 : 0;
    });
  },
};

interface SourceReplay extends ReplayCounts {
  source: string;
}

const names = Object.keys(noReplay) as (keyof ReplayCounts)[];

function added(a: ReplayCounts, b: ReplayCounts): ReplayCounts {
  return Object.fromEntries(names.map((name) => [name, a[name] + b[name]])) as unknown as ReplayCounts;
}

async function sourcesWithQuarantine(store: Store, study: string, one: string | null, reason: string | null): Promise<SourceRow[]> {
  const sources = await listSources(store, study);
  if (one !== null && !sources.some((source) => source.id === one)) throw new AfferentError('unknown-source');
  const rows = await store.db
    .selectFrom('quarantine')
    .select('source')
    .distinct()
    .where('study', '=', study)
    .$if(reason !== null, (query) => query.where('reason', '=', reason as string))
    .execute();
  const waiting = new Set(rows.map((row) => row.source));
  return sources.filter((source) => waiting.has(source.id) && (one === null || source.id === one));
}

function printReplay(call: Call, rows: SourceReplay[], total: ReplayCounts): void {
  if (rows.length === 0) {
    call.out.note('Nothing of that is in quarantine.');
    return;
  }
  call.out.table(
    [{ title: 'source', cell: (row) => row.source }, ...names.map((name) => ({ title: name, cell: (row: SourceReplay) => row[name] }))],
    rows,
  );
  if (total.still > 0) call.out.note(`${total.still} units still cannot be read: see quarantine list.`);
  if (total.back > 0) call.out.note(`${total.back} pushes wait in the inbox again: they are read while afferent up runs, or by ingest.`);
  if (total.cut > 0)
    call.out.note(
      `${total.cut} units are longer than the limit; only their first 64 KiB are kept. Put the file mended under a new name, and ingest.`,
    );
  if (total.bare > 0)
    call.out.note(
      `${total.bare} units cannot be read by themselves: what breaks off, a line of a recording, a message of FIT, a chat of WhatsApp, a row\n` +
        'whose person only another row told. Put their file mended under a new name, and ingest; or have files read once more under other\n' +
        `settings: ./afferent source map ${argument(call, 0)} SOURCE --again, and ingest.`,
    );
}
