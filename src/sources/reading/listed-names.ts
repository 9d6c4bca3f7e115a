import type { ParseContext } from '../../../schema/source.ts';
import { asObject } from './json-values.ts';
import { repairMojibake } from './mojibake.ts';

/** Longer ones are no names of people. */
const [fewest, most] = [2, 80];
const remembered = 5_000;

/** Passes names on that an export lists, each once: texts, or lists of texts; whatever else is given is left out. */
export function namesNoted(context: ParseContext): (...values: unknown[]) => void {
  const seen = new Set<string>();
  const note = (value: unknown): void => {
    if (Array.isArray(value)) for (const one of value.slice(0, remembered)) note(one);
    if (typeof value !== 'string') return;
    const name = value.trim();
    if (name.length < fewest || name.length > most || seen.has(name) || seen.size >= remembered) return;
    seen.add(name);
    context.names?.([name]);
  };
  return (...values) => {
    for (const value of values) note(value);
  };
}

/** Passes the names of a chat's members on, as the exports of Facebook and Instagram list them: `{ "name": … }`, or the name itself. */
export function membersNoted(context: ParseContext): (member: unknown) => void {
  const note = namesNoted(context);
  return (member) => {
    const name = typeof member === 'string' ? member : asObject(member)?.name;
    if (typeof name === 'string') note(repairMojibake(name));
  };
}
