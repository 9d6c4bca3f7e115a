import { appendAudit } from '../../store/audit.ts';
import { pseudonym } from '../../store/participants.ts';
import { toForget } from '../../store/to-forget.ts';
import { withdraw } from '../../store/withdraw.ts';
import { forgetErased } from '../../temporal/forget.ts';
import { filesInHome, removeFromHome } from '../files-in-home.ts';
import { withStore } from '../home.ts';
import { typedAgain } from '../typed-again.ts';
import { argument, type Verb } from '../verb.ts';
import { withParts } from '../with-parts.ts';

export const verb: Verb = {
  arguments: { '<study>': 'name of the study', '<id>': 'the participant’s id in your own lists' },
  options: [{ flags: '--yes', help: 'do not ask; without a terminal nothing is asked' }],
  json: true,
  parts: true,
  examples: ['withdraw sleep-2026 P001'],
  notes:
    'Destroys the participant’s key and erases their rows, here and in every backup. It cannot be undone: at a terminal the id is asked\n' +
    'for once more. What the Temporal server keeps of their sources and alerts goes too. So do files of theirs inside the data folder;\n' +
    'those outside stay: remove them yourself.',
  async run(call) {
    const [study, id] = [argument(call, 0), argument(call, 1)];
    return withStore(call.config, async (store) => {
      const participant = pseudonym(store, study, id);
      const sources = await store.db.selectFrom('source').select('id').where('participant', '=', participant).execute();
      const files = await filesInHome(
        store,
        call.config.home,
        sources.map((row) => row.id),
      );
      const question = `This erases all of ${id}: ${sources.length} sources with records, scores and alerts. It cannot be undone. Type ${id} again: `;
      if (call.options.yes !== true && !(await typedAgain(question, id, call.signal))) {
        call.out.note('Nothing was erased.');
        return call.signal.aborted ? 130 : 1;
      }
      // Which files are theirs is known only until the erasure; a crash behind it would leave both files and act unnamed.
      const result = await withdraw(store, study, id, async () => {
        await appendAudit(store, { actor: 'command line', action: 'withdraw', study, object: null });
        removeFromHome(call.config.home, files);
      });
      // Not what this call erased alone: one that was killed may have left some, and the store erases by itself when it is opened.
      if ((await toForget(store)) !== null) await withParts(call, store, { verb: 'withdraw' }, ({ client }) => forgetErased(client, store));
      call.out.report(result, () => {
        call.out.line('The participant is withdrawn: the key is destroyed and the rows are erased.');
        if (!result.filesClean) call.out.note('A reader kept the files from being rewritten; the next command does it.');
      });
      return 0;
    });
  },
};
