import type { Parsed } from '../../../schema/source.ts';
import type { JsonPath } from './document-paths.ts';
import { type DocumentEnd, JsonUnitSlicer } from './document-units.ts';
import { listFrame } from './frames.ts';
import { quarantined } from './quarantine.ts';
import type { Unit } from './unit.ts';

/** Where the units of a JSON document lie, and which values on the way are handed over. */
export interface JsonPlaces {
  units: readonly JsonPath[];
  facts: readonly JsonPath[];
}

const endReasons = {
  'no-document': 'not-this-kind',
  'no-array': 'not-this-kind',
  'cut-off': 'part-unreadable',
  'followed-by-more': 'wrong-shape',
} as const satisfies Record<Exclude<DocumentEnd, 'whole'>, string>;

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
  const slicer = new JsonUnitSlicer(places.units, places.facts);
  const known = new Map<string, [path: JsonPath, json: string]>();
  for await (const chunk of chunks) {
    for (const { bytes, end, tooLong, steps, facts } of slicer.push(chunk)) {
      // What stood before the units of another object was of that object.
      if (facts.length > 0) for (const [name, [way]] of known) if (way.includes('[]')) known.delete(name);
      for (const fact of facts) {
        const name = fact.steps.join('.');
        if (!fact.tooLong) known.set(name, [fact.steps, fact.bytes.toString('utf8')]);
        learn(name, fact.tooLong ? undefined : jsonOf(fact.bytes));
      }
      const unit: Unit = { bytes, end, tooLong, frame: () => listFrame(steps, [...known.values()]) };
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
