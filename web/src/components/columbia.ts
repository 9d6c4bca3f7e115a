/** Levels of the Columbia severity scale (C-SSRS screener): ideation from 1 to 5, behaviour 6. */
export const columbiaLevels = [
  'No ideation or behaviour',
  'Wish to be dead',
  'Active suicidal thoughts, not specific',
  'Active ideation with a method, no plan, no intent',
  'Active ideation with some intent, no specific plan',
  'Active ideation with a specific plan and intent',
  'Suicidal behaviour',
] as const;

export const levelName = (level: number): string => columbiaLevels[level] ?? '';
