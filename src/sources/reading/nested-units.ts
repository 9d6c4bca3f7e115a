import type { Parsed } from '../../../schema/source.ts';
import { listFrame } from './frames.ts';
import type { JsonPath, JsonPlaces } from './json-paths.ts';
import { type NestedEnd, NestedSlicer } from './nested-elements.ts';
import { quarantined } from './quarantine.ts';
import type { Unit } from './unit.ts';

const endReasons = {
  'no-units': 'not-this-kind',
  'cut-off': 'part-unreadable',
  'followed-by-more': 'wrong-shape',
} as const satisfies Record<Exclude<NestedEnd, 'whole'>, string>;

/**
 * What became of each unit of a JSON document. `settle` judges a unit, `learn` gets the facts that stand before it,
 * by their path joined with dots. A document of another form gives `not-this-kind`, one that is cut off `part-unreadable`.
 */
export async function* nestedUnits(
  chunks: AsyncIterable<Buffer>,
  places: JsonPlaces,
  settle: (unit: Unit) => Parsed,
  learn: (path: string, value: unknown) => void = () => {},
): AsyncGenerator<Parsed> {
  const slicer = new NestedSlicer(places);
  const facts = new Map<string, [path: JsonPath, json: string]>();
  let behindUnits = false;
  for await (const chunk of chunks) {
    for (const { unit, fact, path } of slicer.push(chunk)) {
      if (fact !== null) {
        // What stood before the units of another object was of that object.
        if (behindUnits) for (const [name, [way]] of facts) if (way.includes('[]')) facts.delete(name);
        behindUnits = false;
        if (!unit.tooLong) facts.set(fact, [path, unit.bytes.toString('utf8')]);
        learn(fact, unit.tooLong ? undefined : jsonOf(unit.bytes));
        continue;
      }
      behindUnits = true;
      unit.frame = () => listFrame(path, [...facts.values()]);
      yield slicer.isStrange ? quarantined(unit, 'not-this-kind') : settle(unit);
    }
  }
  const { how, rest } = slicer.end();
  if (how !== 'whole') yield quarantined(rest, endReasons[how]);
}

/** A JSON value, or undefined where the bytes are none. */
function jsonOf(bytes: Buffer): unknown {
  try {
    return JSON.parse(bytes.toString('utf8'));
  } catch {
    return undefined;
  }
}
