import { type Client, ScheduleNotFoundError, ScheduleOverlapPolicy } from '@temporalio/client';
import type { SourceRow } from '../store/sources.ts';
import { ingestionOptions } from './ingestion.ts';
import { scheduleId } from './names.ts';

/** Runs missed while no server was up are made good when they are no older than this. */
const catchupWindow = '1h';

/** What a source's schedule says of itself. Times are ISO in UTC. */
export interface ScheduleInfo {
  everySeconds: number;
  next: string | null;
  last: string | null;
  /** Runs left out because the one before still ran, and runs missed beyond the catch-up window. */
  skipped: number;
  paused: boolean;
}

/** Makes the schedules of sources what their rows say: one for each with an interval, none for the others. */
export async function ensureSchedules(client: Client, sources: readonly SourceRow[]): Promise<void> {
  for (const source of sources) {
    if (source.every_seconds === null) await deleteSchedule(client, source.id);
    else await ensureSchedule(client, source, source.every_seconds);
  }
}

async function ensureSchedule(client: Client, source: SourceRow, everySeconds: number): Promise<void> {
  const { workflowIdConflictPolicy: _, ...options } = ingestionOptions(source);
  const spec = { intervals: [{ every: everySeconds * 1000 }] };
  const action = { type: 'startWorkflow' as const, workflowType: 'studyIngestion', ...options };
  const policies = { overlap: ScheduleOverlapPolicy.SKIP, catchupWindow };
  const handle = client.schedule.getHandle(scheduleId(source.id));
  try {
    await handle.update((old) => ({ ...old, spec, action, policies }));
  } catch (thrown) {
    if (!(thrown instanceof ScheduleNotFoundError)) throw thrown;
    const { typedSearchAttributes, memo } = options;
    await client.schedule.create({ scheduleId: scheduleId(source.id), spec, action, policies, typedSearchAttributes, memo });
  }
}

/** Deletes the schedule of a source, if it has one. */
export async function deleteSchedule(client: Client, source: string): Promise<void> {
  try {
    await client.schedule.getHandle(scheduleId(source)).delete();
  } catch (thrown) {
    if (!(thrown instanceof ScheduleNotFoundError)) throw thrown;
  }
}

/** Schedules of the sources that have one. */
export async function scheduleInfo(client: Client, sources: readonly SourceRow[]): Promise<Map<string, ScheduleInfo>> {
  const found = new Map<string, ScheduleInfo>();
  for (const source of sources) {
    if (source.every_seconds === null) continue;
    try {
      const { info, state } = await client.schedule.getHandle(scheduleId(source.id)).describe();
      found.set(source.id, {
        everySeconds: source.every_seconds,
        next: info.nextActionTimes[0]?.toISOString() ?? null,
        last: info.recentActions.at(-1)?.takenAt.toISOString() ?? null,
        skipped: info.numActionsSkippedOverlap + info.numActionsMissedCatchupWindow,
        paused: state.paused,
      });
    } catch (thrown) {
      if (!(thrown instanceof ScheduleNotFoundError)) throw thrown;
    }
  }
  return found;
}
