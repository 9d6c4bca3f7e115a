import { formatTable, type TableColumn } from './table.ts';

/** Where a verb writes: its result on standard output, everything else on standard error. */
export interface Output {
  json: boolean;
  /** The result: one JSON document with `--json`, else what `human` prints. */
  report(document: unknown, human: () => void): void;
  line(text: string): void;
  table<T>(columns: TableColumn<T>[], rows: readonly T[]): void;
  /** A line for the reader that is no part of the result. */
  note(text: string): void;
}

export function makeOutput(json: boolean): Output {
  const line = (text: string) => {
    process.stdout.write(`${text}\n`);
  };
  return {
    json,
    report(document, human) {
      if (json) line(JSON.stringify(document, null, 2));
      else human();
    },
    line,
    table(columns, rows) {
      line(formatTable(columns, rows));
    },
    note(text) {
      process.stderr.write(`${text}\n`);
    },
  };
}
