import type { Client, WorkflowHandle } from '@temporalio/client';
import { WorkflowIdConflictPolicy } from '@temporalio/common';
import { ingestQueue } from '../../workflows/queues.ts';
import type { StudyIngestionInput, studyIngestion } from '../../workflows/study-ingestion.ts';
import type { Store } from '../store/open.ts';
import { type SourceRow, setSourceQueued } from '../store/sources.ts';
import { kindAttribute, studyAttribute, workflowIds } from './names.ts';
import { expectSources } from './requests.ts';

export type IngestionHandle = WorkflowHandle<typeof studyIngestion>;

/** Starts reading sources by hand, one workflow each; a source that is being read by hand already is joined. */
export async function startIngestion(
  client: Client,
  store: Store,
  study: string,
  sources: readonly SourceRow[],
): Promise<IngestionHandle[]> {
  if (sources.length === 0) return [];
  const ids = sources.map((source) => source.id);
  await setSourceQueued(store, ids);
  await expectSources(client, study, ids);
  const handles: IngestionHandle[] = [];
  for (const source of sources)
    handles.push(await client.workflow.start<typeof studyIngestion>('studyIngestion', ingestionOptions(source)));
  return handles;
}

/** Starts reading what sources have in quarantine again, for one reason or (null) for any. */
export async function startReplay(
  client: Client,
  study: string,
  sources: readonly SourceRow[],
  reason: string | null,
): Promise<IngestionHandle[]> {
  await expectSources(
    client,
    study,
    sources.map((source) => source.id),
  );
  const handles: IngestionHandle[] = [];
  for (const source of sources) {
    const args: [StudyIngestionInput] = [{ study, source: source.id, replay: { reason } }];
    const options = { ...ingestionOptions(source), workflowId: workflowIds.replay(source.id), args };
    handles.push(await client.workflow.start<typeof studyIngestion>('studyIngestion', options));
  }
  return handles;
}

export function ingestionOptions(source: SourceRow) {
  return {
    taskQueue: ingestQueue,
    workflowId: workflowIds.ingestion(source.id),
    workflowIdConflictPolicy: WorkflowIdConflictPolicy.USE_EXISTING,
    args: [{ study: source.study, source: source.id }] as [{ study: string; source: string }],
    typedSearchAttributes: [
      { key: studyAttribute, value: source.study },
      { key: kindAttribute, value: source.kind },
    ],
    memo: { study: source.study, source: source.id, kind: source.kind },
  };
}

/** Ends when the study has nothing left to score. */
export async function scoringDone(client: Client, study: string): Promise<void> {
  await client.workflow.getHandle(workflowIds.scoring(study)).result();
}
