/** A column: its title, how a row gives its cell, and numbers to the right. */
export interface TableColumn<T> {
  title: string;
  cell: (row: T) => string | number | null;
  right?: boolean;
}

/** Columns as wide as their widest cell; a number's digits in groups of three. Null is a dash. */
export function formatTable<T>(columns: TableColumn<T>[], rows: readonly T[]): string {
  const cells = rows.map((row) => columns.map((column) => cellText(column.cell(row))));
  const right = columns.map(
    (column, i) => column.right ?? (rows.length > 0 && rows.every((row) => typeof column.cell(row) === 'number' || cells[0]?.[i] === '–')),
  );
  const widths = columns.map((column, i) => Math.max(width(column.title), ...cells.map((row) => width(row[i] ?? ''))));
  const lay = (row: string[]) =>
    row
      .map((text, i) => {
        const gap = ' '.repeat((widths[i] ?? 0) - width(text));
        return right[i] ? gap + text : text + gap;
      })
      .join('  ')
      .trimEnd();
  const head = lay(columns.map((column) => column.title));
  const rule = widths.map((w) => '─'.repeat(w)).join('  ');
  return [head, rule, ...cells.map(lay)].join('\n');
}

function cellText(value: string | number | null): string {
  if (value === null) return '–';
  return typeof value === 'number' && Number.isInteger(value) ? value.toLocaleString('en-US') : String(value);
}

function width(text: string): number {
  return [...text].length;
}
