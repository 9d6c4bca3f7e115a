import type { Frame } from '../../../schema/source.ts';

/** Steps from the root of a JSON document to a list: a member, or `[]` for an element of an array. */
type Path = readonly string[];

/** A line that says all that it says by itself. */
export const lineFrame: Frame = { before: Buffer.alloc(0), after: Buffer.from('\n') };

/** A row below what stood above it: its header, and lines before that. */
export function rowFrame(above: readonly Buffer[]): Frame {
  return { before: Buffer.concat(above.flatMap((line) => [line, lineEnd(line)])), after: lineFrame.after };
}

function lineEnd(line: Buffer): Buffer {
  const last = line.at(-1);
  return last === 0x0a || last === 0x0d ? lineFrame.before : lineFrame.after;
}

/** An element of an array behind a prolog. */
export function elementFrame(prolog: Buffer): Frame {
  return { before: Buffer.concat([prolog, Buffer.from('[')]), after: Buffer.from(']') };
}

/** A child of an XML document's root. */
export function childFrame(root: string): Frame {
  return { before: Buffer.from(`<${root}>`), after: Buffer.from(`</${root}>`) };
}

/**
 * An element of the list at a path.
 * @param facts raw JSON of values that stood before it, by their paths; those inside of arrays that the path does not go through
 *   are left out
 */
export function listFrame(path: Path, facts: readonly (readonly [path: Path, json: string])[] = []): Frame {
  let before = '';
  let after = '';
  let near = facts;
  for (const step of path) {
    const here = near.flatMap(([way, json]) => (way[0] === step || way.includes('[]') ? [] : [[way, json] as const]));
    before += step === '[]' ? '[' : `{${membersOf(here)}${JSON.stringify(step)}:`;
    after = `${step === '[]' ? ']' : '}'}${after}`;
    near = near.flatMap(([way, json]) => (way[0] === step && way.length > 1 ? [[way.slice(1), json] as const] : []));
  }
  return { before: Buffer.from(`${before}[`), after: Buffer.from(`]${after}`) };
}

/** Members of an object as JSON, each followed by a comma. */
function membersOf(facts: readonly (readonly [Path, string])[]): string {
  const members = new Map<string, (readonly [Path, string])[]>();
  for (const [way, json] of facts) {
    const [name = '', ...rest] = way;
    members.set(name, [...(members.get(name) ?? []), [rest, json]]);
  }
  return [...members]
    .map(([name, below]) => {
      const own = below.find(([way]) => way.length === 0);
      return `${JSON.stringify(name)}:${own ? own[1] : `{${membersOf(below).slice(0, -1)}}`},`;
    })
    .join('');
}
