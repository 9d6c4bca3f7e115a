import type { Sort } from './DataTable.tsx';

/** `-time` in the address is by time, descending. */
export const sortFrom = (text: string): Sort =>
  text.startsWith('-') ? { by: text.slice(1), descending: true } : { by: text, descending: false };

export const sortText = (sort: Sort): string => (sort.descending ? `-${sort.by}` : sort.by);
