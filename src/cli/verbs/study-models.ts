import { choosableModels } from '../../../activities/models.ts';
import { modelsFolder } from '../../config/project.ts';
import { appendAudit } from '../../store/audit.ts';
import { changeStudyModels, studyModels } from '../../store/studies.ts';
import { headsOf, readModels } from '../chosen-models.ts';
import { withStore } from '../home.ts';
import { argument, listOption, type Verb } from '../verb.ts';

export const verb: Verb = {
  arguments: { '<study>': 'name of the study' },
  options: [
    { flags: '--add <model>', help: 'have the study run this model from the next run on', many: true },
    { flags: '--remove <model>', help: 'run it no longer; what it has scored stays', many: true },
  ],
  json: true,
  examples: ['study models sleep-2026', 'study models sleep-2026 --add days', 'study models sleep-2026 --remove days --json'],
  notes:
    'Models of texts and of recordings are run for every study. Those of minutes and days are weak or exploratory: a study runs them where it\n' +
    'has chosen them, and they never open an alert. Read their cards first: ./afferent models',
  async run(call) {
    const study = argument(call, 0);
    const add = await readModels(listOption(call, 'add'));
    const chosen = await withStore(call.config, async (store) => {
      // One that ships no longer may be left.
      const remove = await readModels(listOption(call, 'remove'), await studyModels(store, study));
      const { before, models } = await changeStudyModels(store, study, { add, remove });
      for (const name of models.filter((one) => !before.includes(one)))
        await appendAudit(store, { actor: 'command line', action: 'model-chosen', study, object: name });
      for (const name of before.filter((one) => !models.includes(one)))
        await appendAudit(store, { actor: 'command line', action: 'model-left', study, object: name });
      return models;
    });
    const rows = (await choosableModels(modelsFolder)).map((model) => ({ ...model, chosen: chosen.includes(model.name) }));
    call.out.report({ study, models: rows }, () => {
      call.out.table(
        [
          { title: 'model', cell: (row) => row.name },
          { title: 'reads', cell: (row) => row.reads },
          { title: 'heads', cell: (row) => headsOf(row) },
          { title: 'chosen', cell: (row) => (row.chosen ? 'yes' : 'no') },
        ],
        rows,
      );
      if (add.length > 0) call.out.note(`Next: ./afferent ingest ${study}`);
    });
    return 0;
  },
};
