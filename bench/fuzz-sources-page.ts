/**
 * The page of what damaged exports came to, from what `fuzz-sources.ts --json` has written.
 *
 *   node bench/fuzz-sources-page.ts bench/fuzz-sources.json > docs/fuzzing.md
 */
import './help.ts';
import { readFileSync } from 'node:fs';
import { type Row, type Run, tableOf } from './fuzz-sources-results.ts';

/** The page of a run. */
export function fuzzingPage({ seed, rows }: Run): string {
  const files = rows.reduce((sum, row) => sum + row.files, 0);
  const least = Math.min(...rows.map((row) => row.files));
  return `# Damaged exports

Written by \`node bench/fuzz-sources-page.ts bench/fuzz-sources.json > docs/fuzzing.md\` from what this has found:

\`\`\`sh
node bench/fuzz-sources.ts --files ${Math.max(...rows.map((row) => row.next)) - 1} --seed ${seed} --json bench/fuzz-sources.json
\`\`\`

${files} files, at least ${least} of each kind, with the numbers from 1 on; the parsers were mended
on the way, and each file that had shown why was read again (\`--again\`). The aim is 10,000 of each kind: a run goes on where its JSON ends.
\`--kind fit --from 4711 --files 1\` repeats one file. The short form, 40 files of each kind, is \`src/sources/fuzz.test.ts\`.

**What is damaged.** Each fixture of a kind in turn, with one to four faults: cut off anywhere, bits turned, pieces left out, repeated or taken
from another fixture; records, lines, cells and elements left out, said twice, moved, made endless; numbers beyond doubles, days that do not
exist, texts of 1 MB and of 5 MB, halves of surrogate pairs, NUL, marks of direction, bytes that are no UTF-8; nesting 10,000 and 200,000 deep; UTF-16,
UTF-32 and marks of byte order; checksums of FIT files and digests of repositories made right again behind the damage. One in five is packed: gzip that
is cut off, doubled or a bomb; zips with unsafe or doubled names, wrong sizes, checksums, methods and places, zip64 that lies, overlapping
entries, zips in zips, bombs.

**What is asked.** Reading ends without a crash, in 5 s of processor time, counted twice; the process stays under 512 MB; what was counted is
what was accounted for, also by the counter alone; no unit is passed over in silence; each record is one that the store can open again. Each 50th file is
read again in other pieces, and from a place in its middle on, and must give the same; and it is taken into a store twice: its ledger balances,
and the second time stores nothing.

**readable**: nothing of the file was quarantined. **quarantined**: a part of it. **refused**: nothing of it was kept. **findings**: it was not read as
promised. Times are of the processor; memory is the highest of the process that reads the file, and has read many others before. Where a figure
lies beyond its limit and is no finding, that file kept to it when it was read again in a process of its own.

${tableOf(rows)}
${findingsOf(rows)}`;
}

function findingsOf(rows: readonly Row[]): string {
  const found = rows.flatMap(({ kind, findings }) =>
    findings.map(({ number, what }) => `| ${kind} | ${number} | ${what.replaceAll('|', '\\|')} |`),
  );
  return found.length === 0 ? '' : `\n| kind | number | what was found |\n| --- | --- | --- |\n${found.join('\n')}\n`;
}

if (import.meta.main) process.stdout.write(fuzzingPage(JSON.parse(readFileSync(process.argv[2] ?? '', 'utf8')) as Run));
