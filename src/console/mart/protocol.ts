/** What console and mart process say to each other. Values are plain, so that the channel copies them cheaply. */
export type MartValue = string | number | boolean | null;

export type MartRequest =
  /** Runs SQL of ours and gives its rows; never SQL that a user wrote. */
  | { op: 'run'; n: number; sql: string; values: MartValue[] }
  /** Opens a query for reading in pieces. `user` marks SQL that a user wrote: it is admitted only as one SELECT. */
  | { op: 'open'; n: number; id: string; sql: string; values: MartValue[]; user: boolean; form: 'json' | 'csv' | 'objects' }
  | { op: 'next'; n: number; id: string }
  | { op: 'interrupt'; id: string }
  | { op: 'close'; id: string };

export interface MartColumn {
  name: string;
  type: string;
}

export type MartReply =
  | { n: number; ok: 'rows'; rows: Record<string, MartValue>[] }
  | { n: number; ok: 'opened'; columns: MartColumn[] }
  /** `text` holds `rows` rows in the form asked for, with a separator after each but the last. `done` comes without rows. */
  | { n: number; ok: 'piece'; text: string; rows: number; done: boolean }
  | { n: number; failed: 'refused' | 'interrupted' | 'error'; reason: string };

/** Cells of a page are cut at this many characters; a CSV has them whole. */
export const cellLimit = 2000;
