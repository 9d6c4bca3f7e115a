import { studyCounts } from '../../store/explore-studies.ts';
import { listStudies, namesIn } from '../../store/studies.ts';
import { hasStore, withStore } from '../home.ts';
import type { Verb } from '../verb.ts';

export const verb: Verb = {
  json: true,
  examples: ['study list', 'study list --json'],
  async run(call) {
    const studies = hasStore(call.config) ? await withStore(call.config, readStudies) : [];
    call.out.report({ studies }, () => {
      if (studies.length === 0) call.out.note('There is no study yet. Begin with: ./afferent study create NAME');
      else {
        call.out.table(
          [
            { title: 'study', cell: (s) => s.study },
            { title: 'participants', cell: (s) => s.participants },
            { title: 'sources', cell: (s) => s.sources },
            { title: 'chosen models', cell: (s) => s.models.join(', ') },
            { title: 'created', cell: (s) => s.createdAt },
          ],
          studies,
        );
      }
    });
    return 0;
  },
};

async function readStudies(store: Parameters<typeof listStudies>[0]) {
  const rows = [];
  for (const study of await listStudies(store)) {
    const { id, created_at } = study;
    rows.push({ study: id, createdAt: created_at, models: namesIn(study), ...(await studyCounts(store, id)) });
  }
  return rows;
}
