import { listRuns, type RunModel } from '../../store/runs.ts';
import { requireStudy } from '../../store/studies.ts';
import { withStore } from '../home.ts';
import { argument, type Verb } from '../verb.ts';

export const verb: Verb = {
  arguments: { '<study>': 'name of the study' },
  json: true,
  examples: ['runs sleep-2026', 'runs sleep-2026 --json'],
  async run(call) {
    const study = argument(call, 0);
    const rows = await withStore(call.config, async (store) => {
      await requireStudy(store, study);
      return listRuns(store, study);
    });
    const runs = rows.map((run) => ({
      run: run.id,
      study: run.study,
      state: run.state,
      of: run.of_run,
      verify: run.verify === 1,
      engine: run.engine,
      models: (JSON.parse(run.models) as RunModel[]).map(({ name, id, thresholds, precision = 'fp32' }) => ({
        name,
        id,
        thresholds,
        precision,
      })),
      inputs: run.inputs,
      startedAt: run.started_at,
      finishedAt: run.finished_at,
      machine: run.machine === null ? null : (JSON.parse(run.machine) as unknown),
      result: run.result === null ? null : (JSON.parse(run.result) as unknown),
    }));
    call.out.report({ study, runs }, () => {
      if (runs.length === 0) call.out.note(`No run yet. Next: ./afferent ingest ${study}`);
      else {
        call.out.table(
          [
            { title: 'run', cell: (run) => run.run },
            { title: 'state', cell: (run) => run.state },
            { title: 'what', cell: (run) => (run.of === null ? 'scoring' : `${run.verify ? 'verifies' : 'again'} ${run.of}`) },
            { title: 'engine', cell: (run) => run.engine },
            {
              title: 'models',
              cell: (run) => run.models.map(shortModel).join(' '),
            },
            { title: 'inputs', cell: (run) => run.inputs },
            { title: 'started', cell: (run) => run.startedAt },
          ],
          runs,
        );
      }
    });
    return 0;
  },
};

/** A model as a table has room for it. */
export function shortModel({ name, id, precision }: { name: string; id: string; precision?: string | undefined }): string {
  return `${name}@${id.slice(0, 12)}${precision === 'int8' ? ' int8' : ''}`;
}
