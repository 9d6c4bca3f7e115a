/** What is left of a run's input once what it was read from is erased: its place in the run, and nothing that tells of anybody. */
export const erasedInput = {
  participant: null,
  record: null,
  series: null,
  tables: null,
  input_id: null,
  result: null,
  error: null,
  state: 'erased',
} as const;
