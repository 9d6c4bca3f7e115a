import type { ExportFile, Fault } from './bytes.ts';
import { deep, hostileDate, hostileNumber, hostileText, hostileValue } from './hostile.ts';
import { pick, type Random } from './random.ts';

/** Faults of what is text: values, lines, cells, elements. Text is taken as Latin-1, so that bytes stay as they are. */
export const textFaults: readonly Fault[] = [value, value, value, dates, lines, lines, cells, elements, lineEnds];

const VALUES = /"(?:[^"\\]|\\.){0,300}"|-?\d[\d.:T/+-]*/g;
const DATES = /\d{1,4}[-/.]\d{1,2}[-/.]\d{1,4}[T ,0-9:.Z+-]*|\b1[3-9]\d{8}(?:\d{3})?\b/g;

/** One to three values of the text become others; a quoted one keeps its quotes. */
function value(random: Random, bytes: Buffer): Buffer {
  let text = bytes;
  for (let left = random(3); left >= 0; left--) text = replaced(random, text, VALUES, (old) => instead(random, old));
  return text;
}

function dates(random: Random, bytes: Buffer): Buffer {
  return replaced(random, bytes, DATES, () => hostileDate(random));
}

function instead(random: Random, old: string): Buffer {
  if (random(60) === 0) return deep(random);
  if (!old.startsWith('"')) return (random(4) === 0 ? hostileValue : hostileNumber)(random);
  const put = DATES.test(old) ? hostileDate(random) : hostileText(random);
  DATES.lastIndex = 0;
  return random(8) === 0 ? put : Buffer.concat([Buffer.from('"'), put, Buffer.from('"')]);
}

function replaced(random: Random, bytes: Buffer, pattern: RegExp, put: (old: string) => Buffer): Buffer {
  if (bytes.length > 1024 * 1024) return bytes;
  const found = [...bytes.toString('latin1').matchAll(pattern)];
  if (found.length === 0) return bytes;
  const { 0: old, index } = pick(random, found);
  return Buffer.concat([bytes.subarray(0, index), put(old), bytes.subarray(index + old.length)]);
}

/** Lines are left out, said twice, exchanged, made endless, or come from another file. */
function lines(random: Random, bytes: Buffer, others: readonly ExportFile[]): Buffer {
  const all = split(bytes, '\n');
  const at = random(all.length);
  const line = all[at] as string;
  switch (random(7)) {
    case 0:
      return join(all.toSpliced(at, 1 + random(3)), '\n');
    case 1:
      return join(all.toSpliced(at, 0, line), '\n');
    case 2:
      return join(all.toSpliced(at, 1).toSpliced(random(all.length), 0, line), '\n');
    case 3:
      return join(all.toReversed(), '\n');
    case 4:
      return join(all.toSpliced(at, 0, pick(random, split(pick(random, others).bytes, '\n'))), '\n');
    case 5:
      return join(all.toSpliced(at, 1, `${line}${line}`), '\n');
    default:
      return join(all.toSpliced(at, 0, ...Array<string>(Math.min(2000, Math.floor(200_000 / (line.length + 1)))).fill(line)), '\n');
  }
}

/** A cell of a table is left out, added, moved, unquoted or made hostile; in the header too. */
function cells(random: Random, bytes: Buffer): Buffer {
  const all = split(bytes, '\n');
  const at = random(3) === 0 ? 0 : random(all.length);
  const delimiter = pick(random, [',', ',', ',', ';', '\t']);
  const row = (all[at] as string).split(delimiter);
  const cell = random(row.length);
  const put = hostileValue(random).toString('latin1');
  const changed = pick(random, [
    () => row.toSpliced(cell, 1),
    () => row.toSpliced(cell, 0, put),
    () => row.toSpliced(cell, 1, put),
    () => row.toSpliced(cell, 1, `"${put}"`),
    () => row.toSpliced(cell, 1, `"${row[cell]}`),
    () => row.toReversed(),
    () => row.concat(row),
    () => Array<string>(Math.min(3000, Math.floor(500_000 / ((row[cell] as string).length + 1)))).fill(row[cell] as string),
  ])();
  return join(all.toSpliced(at, 1, changed.join(delimiter)), '\n');
}

/** An element of a markup, or its tag, is left out, said twice or nested. */
function elements(random: Random, bytes: Buffer): Buffer {
  return replaced(random, bytes, /<[^<>]{1,500}>/g, (old) => {
    const tag = Buffer.from(old, 'latin1');
    const name = /^<\/?([\w:-]+)/.exec(old)?.[1] ?? 'a';
    return pick(random, [
      () => Buffer.alloc(0),
      () => Buffer.concat([tag, tag]),
      () => Buffer.concat([tag, deep(random)]),
      () => Buffer.from(`<!--${old}`),
      () => Buffer.from(`<![CDATA[${old}]]>`),
      () => Buffer.from(`${old.slice(0, -1)} a="1" a="2">`),
      () => Buffer.from(`</${name}>${old}`),
      () => Buffer.concat([Buffer.from(`<${name} a="`), hostileText(random), Buffer.from('">')]),
      () => Buffer.from(`<${name} a="1" `.repeat(300)),
    ])();
  });
}

function lineEnds(random: Random, bytes: Buffer): Buffer {
  return join(split(bytes, '\n'), pick(random, ['\r\n', '\r', '\n\n', '\n\r', '', '\u0085', '\\n', '\0']));
}

function split(bytes: Buffer, separator: string): string[] {
  return bytes.toString('latin1').split(separator);
}

function join(parts: string[], separator: string): Buffer {
  return Buffer.from(parts.join(separator), 'latin1');
}
