import { parse } from 'csv-parse/sync';

const DELIMITERS = [',', ';', '\t'];

/** The delimiter that parts the header's fields: the most frequent outside quotes, a comma in doubt. */
export function delimiterOf(header: string): string {
  const bare = header.replaceAll(/"[^"]*"/g, '');
  let best = ',';
  let most = 0;
  for (const delimiter of DELIMITERS) {
    const count = bare.split(delimiter).length - 1;
    if (count > most) [best, most] = [delimiter, count];
  }
  return best;
}

/** Cells of each row, null for a row that is no valid CSV. One bad row does not touch its neighbours. */
export function parseRows(rows: string[], delimiter: string): (string[] | null)[] {
  const whole = rows.length > 1 ? parseCsv(rows.join('\n'), delimiter) : null;
  // Rows are cut at their quotes already: another number of records means that one of them is broken.
  if (whole !== null && whole.length === rows.length) return whole;
  return rows.map((row) => {
    const one = parseCsv(row, delimiter);
    return one?.length === 1 ? (one[0] as string[]) : null;
  });
}

function parseCsv(text: string, delimiter: string): string[][] | null {
  try {
    return parse(text, { delimiter, relax_column_count: true, skip_empty_lines: true, record_delimiter: ['\r\n', '\n', '\r'] });
  } catch {
    return null;
  }
}
