import type { AlertRow } from '../../../schema/alerts.ts';
import { liveParts } from '../../parts/parts-file.ts';
import { alertQueue } from '../../store/alert-queue.ts';
import { requireStudy } from '../../store/studies.ts';
import { hasStore, withStore } from '../home.ts';
import type { Verb } from '../verb.ts';

export const verb: Verb = {
  arguments: { '[study]': 'name of the study; every study when left out' },
  json: true,
  examples: ['alerts', 'alerts sleep-2026 --json', 'alerts claim a_0123456789abcdef --by ana'],
  notes: 'Exit code 1 when an alert is open and no console is up: then nobody watches.',
  async run(call) {
    const study = call.args[0] ?? null;
    const alerts: AlertRow[] =
      hasStore(call.config) || study !== null
        ? await withStore(call.config, async (store) => {
            if (study !== null) await requireStudy(store, study);
            return alertQueue(store, study, new Date().toISOString());
          })
        : [];
    const watched = liveParts(call.config.home)?.console != null;
    const open = alerts.filter((alert) => alert.state !== 'closed').length;
    call.out.report({ alerts, open, watched }, () => {
      if (alerts.length === 0) call.out.note('There are no alerts.');
      else {
        call.out.table(
          [
            { title: 'alert', cell: (row) => row.id },
            { title: 'study', cell: (row) => row.study },
            { title: 'participant', cell: (row) => row.participant },
            { title: 'state', cell: (row) => row.state },
            { title: 'waits for', cell: (row) => row.waitingFor },
            { title: 'until', cell: (row) => (row.dueAt === null ? null : `${row.dueAt}${row.overdue ? ' overdue' : ''}`) },
            { title: 'mail', cell: (row) => row.lastMail },
            { title: 'severity', cell: (row) => row.severity },
            { title: 'decision', cell: (row) => row.decision },
          ],
          alerts,
        );
      }
      if (open > 0 && !watched) call.out.note(`${open} open and nobody watches: run afferent up, so that people are told.`);
    });
    return open > 0 && !watched ? 1 : 0;
  },
};
