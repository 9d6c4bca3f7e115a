import { queryString } from '../api/request.ts';

/** What an address says, before a page reads it: plain strings, lists where a name is repeated. */
export type RawSearch = Record<string, string | string[]>;

/** Plain query strings, so that an address of a page is also the query of the console's API. */
export function parseSearch(text: string): RawSearch {
  const params = new URLSearchParams(text);
  const found: RawSearch = {};
  for (const name of new Set(params.keys())) {
    const values = params.getAll(name);
    found[name] = values.length > 1 ? values : (values[0] ?? '');
  }
  return found;
}

export const stringifySearch = (search: Record<string, unknown>): string => queryString(search as Record<string, string>);

const asArray = (value: unknown): string[] =>
  Array.isArray(value) ? value.map(String) : value === undefined || value === '' ? [] : [String(value)];

/** What `readSearch` gives back: strings under the names of `One`, lists under those of `Many`. */
type Search<One extends string, Many extends string> = { [name in One]?: string } & { [name in Many]?: string[] };

/** Keeps the named values of an address: single ones as a string, many as a list. */
export function readSearch<const One extends readonly string[], const Many extends readonly string[]>(one: One, many: Many) {
  return (raw: Record<string, unknown>): Search<One[number], Many[number]> => {
    const kept: Record<string, string | string[]> = {};
    for (const name of one) {
      const value = asArray(raw[name]).at(-1);
      if (value !== undefined) kept[name] = value;
    }
    for (const name of many) {
      const values = asArray(raw[name]);
      if (values.length > 0) kept[name] = values;
    }
    return kept as Search<One[number], Many[number]>;
  };
}
