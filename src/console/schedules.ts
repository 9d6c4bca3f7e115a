import type { ScheduleState } from '../../schema/api.ts';

/** What Temporal's Schedules know of a study's sources, by source id. */
export interface Schedules {
  ofStudy(study: string, sources: readonly string[]): Promise<Map<string, ScheduleState>>;
}
