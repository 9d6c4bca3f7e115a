export interface MarkdownTable {
  head: string[];
  rows: string[][];
}

/** The tables of a Markdown text, cells trimmed, code marks kept. */
export function markdownTables(text: string): MarkdownTable[] {
  const tables: MarkdownTable[] = [];
  let lines: string[] = [];
  for (const line of [...text.split('\n'), '']) {
    if (line.startsWith('|')) lines.push(line);
    else if (lines.length > 0) {
      const [head = [], , ...rows] = lines.map(cellsOf);
      tables.push({ head, rows });
      lines = [];
    }
  }
  return tables;
}

/** A bar inside code marks, or behind a backslash, belongs to its cell. */
function cellsOf(line: string): string[] {
  const cells = [''];
  let code = false;
  for (const [i, letter] of [...line].entries()) {
    if (letter === '`') code = !code;
    if (letter === '|' && !code && line[i - 1] !== '\\') cells.push('');
    else cells[cells.length - 1] += letter;
  }
  return cells.slice(1, -1).map((cell) => cell.trim());
}
