import { AfferentError, errorTable } from '../../../schema/errors.ts';
import { consentDecision } from '../../consent/filter.ts';
import { openAlertsOf } from '../../store/alerts.ts';
import { audited } from '../../store/audit.ts';
import { eraseUncovered, forgetUncovered, type Uncovered, type UncoveredErasure, uncovered } from '../../store/erase-uncovered.ts';
import type { Store } from '../../store/open.ts';
import { participantConsent, requireParticipant } from '../../store/participants.ts';
import { toForget } from '../../store/to-forget.ts';
import type { Refuse } from '../../store/uncovered-series.ts';
import { forgetErased } from '../../temporal/forget.ts';
import { withStore } from '../home.ts';
import { argument, type Call, type Verb } from '../verb.ts';
import { withParts } from '../with-parts.ts';

export const verb: Verb = {
  arguments: { '<study>': 'name of the study', '<id>': 'the participant’s id in your own lists' },
  options: [{ flags: '--yes', help: 'erase what is shown; it cannot be undone' }],
  json: true,
  parts: true,
  examples: ['participant consent sleep-2026 P001', 'participant consent sleep-2026 P001 --yes'],
  notes:
    'A consent that is replaced by a narrower one holds for what is read from then on. This shows what was stored before and is not covered,\n' +
    'by source and reason; with --yes it is erased with its scores, alerts that rest on nothing else, and its copies in quarantine. Other\n' +
    'units in quarantine stay: what could not be read shows no kind, audience or time to judge by. Backups made before still hold it all.',
  async run(call) {
    const [study, id] = [argument(call, 0), argument(call, 1)];
    return withStore(call.config, async (store) => {
      const participant = await requireParticipant(store, study, id);
      const consent = await participantConsent(store, participant);
      const refuse: Refuse = (item) => consentDecision(consent, item);
      const { units: found, tableScores } = await uncovered(store, participant, refuse, call.signal);
      const apply = call.options.yes === true;
      const open = await openAlertsOf(store, participant);
      const erasure = apply && found.length > 0 ? await erase(call, store, study, participant, refuse) : null;
      const { quarantined, scores, alerts, interrupted } = erasure ?? nothing;
      // Both can take long; the next call does them.
      const filesClean = apply && !interrupted ? await forgetUncovered(store) : null;
      // Not those of this call alone: one that was killed may have left some.
      if (apply && !interrupted && (await toForget(store)) !== null) {
        await withParts(call, store, { verb: 'participant consent' }, ({ client }) => forgetErased(client, store));
      }
      const erased = apply ? { quarantined, scores, alerts } : null;
      const document = { study, participant, consent, uncovered: found, tableScores, openAlerts: open, erased, filesClean, interrupted };
      call.out.report(document, () => {
        if (found.length === 0) call.out.line('Everything that is stored is covered by the consent.');
        else
          call.out.table(
            [
              { title: 'source', cell: (row) => row.source },
              { title: 'type', cell: (row) => row.type },
              { title: 'reason', cell: (row) => row.reason },
              { title: 'units', cell: (row) => row.units },
            ],
            found,
          );
        if (found.length > 0 && !apply && open.length > 0)
          call.out.note(`Not closed yet: ${open.join(', ')}. What rests on nothing else is erased too: let a reviewer see to it first.`);
        if (!apply && tableScores > 0)
          call.out.note(
            `All ${tableScores} scores of the participant’s minutes and days go with it: each knows all that came before. The next run scores what is left.`,
          );
        if (found.length > 0 && !apply)
          call.out.note(`Nothing was erased. To erase it: ./afferent participant consent ${study} ${id} --yes`);
        if (erasure !== null) {
          const what = interrupted ? `Erased so far: ${units(erasure.uncovered)} of ${units(found)} units` : 'Erased';
          call.out.line(`${what}, with ${scores} scores, ${alerts.length} alerts and ${quarantined} units in quarantine.`);
          call.out.note('Backups made before still hold it: destroy them, and make a new one.');
        }
      });
      if (interrupted) {
        call.out.note(`Interrupted; to go on: ./afferent participant consent ${study} ${id} --yes`);
        return errorTable.interrupted.exit;
      }
      if (filesClean === false) call.out.note('A reader kept the files from being rewritten; the next command does it.');
      return 0;
    });
  },
};

const nothing: UncoveredErasure = { uncovered: [], quarantined: 0, scores: 0, alerts: [], interrupted: false };

function units(list: readonly Uncovered[]): number {
  return list.reduce((sum, row) => sum + row.units, 0);
}

/** Erases until it is done or interrupted; then the audit has the asking alone, and the call that ends it the act. */
async function erase(call: Call, store: Store, study: string, participant: string, refuse: Refuse): Promise<UncoveredErasure> {
  let erasure = nothing;
  const act = async () => {
    erasure = await eraseUncovered(store, participant, refuse, { signal: call.signal });
    if (erasure.interrupted) throw new AfferentError('interrupted');
  };
  await audited(store, { actor: 'command line', action: 'consent-applied', study, object: participant }, act).catch((thrown) => {
    if (!erasure.interrupted) throw thrown;
  });
  return erasure;
}
