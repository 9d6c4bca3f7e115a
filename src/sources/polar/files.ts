import { baseName } from '../reading/container.ts';
import type { JsonPath } from '../reading/document-paths.ts';

/** What a file of the export is, by the words its name begins with. */
export type PolarRole = 'session' | 'activity' | 'day-heart-rate' | 'pulse' | 'sleep' | 'night';

const NAMES: readonly (readonly [RegExp, PolarRole])[] = [
  [/^training-session-.*\.json$/, 'session'],
  [/^activity-\d.*\.json$/, 'activity'],
  [/^247ohr[-_].*\.json$/, 'day-heart-rate'],
  [/^ppi_samples[-_].*\.json$/, 'pulse'],
  [/^sleep_result[-_].*\.json$/, 'sleep'],
  [/^(?:nightly_recovery|sleep_score|nightly_cardio)[-_].*\.json$/, 'night'],
];

export function roleOf(name: string): PolarRole | null {
  const base = baseName(name);
  return NAMES.find(([pattern]) => pattern.test(base))?.[1] ?? null;
}

/** Where the units of a role lie. The second path of an activity leads through its totals. */
export const paths: Readonly<Record<PolarRole, readonly JsonPath[]>> = {
  session: [['exercises', '[]', 'samples', '*', '[]']],
  activity: [
    ['samples', '*', '[]'],
    ['summary', '*', '[]'],
  ],
  'day-heart-rate': [['deviceDays', '[]', 'samples', '[]']],
  pulse: [['[]', 'devicePpiSamplesList', '[]', 'ppiSamples', '[]']],
  sleep: [['[]']],
  night: [['[]']],
};

/** Whether the document itself is a unit beside its samples: a workout, a day. */
export function hasTotals(role: string | null): boolean {
  return role === 'session' || role === 'activity';
}
