import type { SqlTables } from '../../../schema/api.ts';

/** What the columns of the mart's views mean; a test compares it with the views themselves. */
const columns: Record<string, string> = {
  score: 'id of the score',
  participant: 'pseudonym',
  source: 'id of the source',
  kind: 'source kind, such as posts or empatica-e4',
  record: 'id of the post that was scored; null for a window of a recording',
  run: 'id of the run that made the score',
  model: 'id of the model',
  head: 'head of the model, such as emotion or crisis',
  grade: 'how far the head may be trusted: validated, exploratory, weak',
  day: 'local day; of scores of minutes the day of UTC',
  time: 'begin of the post or window; UTC, of days the wall clock as if it were',
  end_time: 'end of the window; as time',
  decision: 'labels over their thresholds joined by ;, a level, or yes and no',
  key: 'label; in scores the one with the highest value',
  value: 'probability, or level of the key',
  low: 'lower bound of the interval, where the head gives one',
  high: 'upper bound of the interval',
  scores: 'every number of the head, as JSON',
  decided: 'whether the decision holds for this key',
  type: 'post, event or self-report',
  signal: 'such as bvp, eda, heart_rate',
  unit: 'UCUM unit',
  channels: 'values a sample',
  rate: 'samples a second; null where every sample has its own time',
  samples: 'number of samples',
  how: 'sum of the day, or mean of its hours',
  hours: 'local hours with any sample',
  left_out: 'samples of other devices in the same hours, not counted',
  devices: 'devices that were taken at some hour',
  added_at: 'UTC; when the participant was added',
  state: 'idle, queued, running, failed or erased',
};

const about: Record<string, string> = {
  scores: 'One row a score: one head on one post or window.',
  score_values: 'One row a label of a score.',
  records: 'Posts, events and answers, without what they say.',
  signals: 'Stretches of recorded signals, without the samples.',
  daily_signal: 'A signal by local day: in each hour one device counts, worn before carried; devices are never added up.',
  participants: 'The participants of this study.',
  sources: 'Their accounts and devices.',
};

const examples = [
  {
    title: 'Mean of each head by participant and week',
    sql: "select participant, head, date_trunc('week', day) as week, avg(value) as mean, count(*) as n\nfrom scores\ngroup by all\norder by all",
  },
  {
    title: 'Strongest emotions',
    sql: "select key, avg(value) as mean, count(*) filter (where decided) as decided\nfrom score_values\nwhere head = 'emotion'\ngroup by key\norder by mean desc",
  },
  {
    title: 'Posts and scores by day',
    sql: 'select day, count(distinct record) as posts, count(*) as scores\nfrom scores\nwhere record is not null\ngroup by day\norder by day',
  },
];

/** The tables that people may query, from the mart's own catalogue. */
export function tablesInWords(found: readonly { table: string; column: string; type: string }[]): SqlTables {
  const names = Object.keys(about);
  return {
    tables: names.map((name) => ({
      name,
      about: about[name] ?? '',
      columns: found
        .filter((row) => row.table === name)
        .map((row) => ({ name: row.column, type: row.type, about: columns[row.column] ?? '' })),
    })),
    examples,
  };
}
