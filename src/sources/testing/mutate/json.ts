import type { ExportFile } from './bytes.ts';
import { deep, hostileValue } from './hostile.ts';
import { pick, type Random } from './random.ts';

type Json = null | boolean | number | string | Json[] | { [key: string]: Json };

/** Where a value stands in the thing that holds it. */
interface Place {
  holder: Json[] | { [key: string]: Json };
  key: string | number;
}

/** What stands in the tree for bytes that JSON cannot hold. */
const HOLE = '\u0001hole\u0001';

/** Faults of the tree of a JSON document, or of one of its lines; null where there is none. */
export function jsonFault(random: Random, bytes: Buffer, others: readonly ExportFile[]): Buffer | null {
  const text = bytes.toString('utf8');
  const start = text.search(/[[{]/);
  if (start === -1 || text.length > 512 * 1024) return null;
  const whole = parsed(text.slice(start));
  if (whole !== undefined) return around(text.slice(0, start), () => changed(random, whole, others), '');
  const lines = text.split('\n');
  const at = random(lines.length);
  const line = parsed(lines[at] as string);
  if (line === undefined) return null;
  const [before, after] = [lines.slice(0, at).map((one) => `${one}\n`), lines.slice(at + 1).map((one) => `\n${one}`)];
  return around(before.join(''), () => changed(random, line, others), after.join(''));
}

function around(before: string, middle: () => Buffer, after: string): Buffer | null {
  try {
    return Buffer.concat([Buffer.from(before), middle(), Buffer.from(after)]);
  } catch {
    // Nested deeper than can be copied and written: left to the other faults.
    return null;
  }
}

function parsed(text: string): Json | undefined {
  try {
    const value = JSON.parse(text) as Json;
    return typeof value === 'object' && value !== null ? value : undefined;
  } catch {
    return undefined;
  }
}

/** The document with one to four places changed. */
function changed(random: Random, document: Json, others: readonly ExportFile[]): Buffer {
  const root: Json[] = [document];
  for (let left = random(4); left >= 0; left--) {
    const places = placesIn(root);
    const place = pick(random, places);
    change(random, place, places, others);
  }
  const [before = '', ...rest] = JSON.stringify(root[0] ?? null, null, random(3) === 0 ? 2 : 0).split(JSON.stringify(HOLE));
  return Buffer.concat([Buffer.from(before), ...rest.flatMap((part) => [hole(random), Buffer.from(part)])]);
}

function hole(random: Random): Buffer {
  if (random(5) === 0) return deep(random);
  const put = hostileValue(random);
  return random(3) === 0 ? put : Buffer.concat([Buffer.from('"'), put, Buffer.from('"')]);
}

function change(random: Random, { holder, key }: Place, places: readonly Place[], others: readonly ExportFile[]): void {
  const other = pick(random, places);
  const set = (value: Json) => Object.defineProperty(holder, key, { value, writable: true, enumerable: true, configurable: true });
  const value = valueAt({ holder, key });
  switch (random(10)) {
    case 0:
      if (Array.isArray(holder)) holder.splice(Number(key), 1);
      else delete holder[key];
      return;
    case 1:
      if (Array.isArray(holder)) holder.splice(Number(key), 0, ...Array<Json>(random(20) === 0 ? copies(value) : 1).fill(value));
      else holder[pick(random, ['constructor', `${key} `, String(key).toUpperCase(), 'toString', ''])] = value;
      return;
    case 2:
      if (Array.isArray(holder)) holder.reverse();
      else set(null);
      return;
    case 3:
      set(pick<Json>(random, [null, true, [], {}, '', 0, -1, 1e308, 'NaN', [null], [[]], { a: null }]));
      return;
    case 4:
      set(random(2) === 0 ? [value] : { value });
      return;
    case 5:
      set(structuredClone(valueAt(other)));
      return;
    case 6:
      set(typeof value === 'number' ? String(value) : typeof value === 'string' ? Number(value) : Object.values(value ?? {}));
      return;
    case 7: {
      const graft = parsed(pick(random, others).bytes.toString('utf8'));
      set(graft === undefined ? null : structuredClone(valueAt(pick(random, placesIn([graft])))));
      return;
    }
    default:
      set(HOLE);
  }
}

/** So many copies that the document stays one that can be read. */
function copies(value: Json): number {
  return Math.min(2000, Math.floor(500_000 / (JSON.stringify(value).length + 1)));
}

function valueAt({ holder, key }: Place): Json {
  return (Array.isArray(holder) ? holder[Number(key)] : holder[key]) ?? null;
}

function placesIn(root: Json[]): Place[] {
  const places: Place[] = [];
  const stack: (Json[] | { [key: string]: Json })[] = [root];
  for (let holder = stack.pop(); holder !== undefined; holder = stack.pop()) {
    for (const key of Array.isArray(holder) ? holder.keys() : Object.keys(holder)) {
      const place = { holder, key };
      places.push(place);
      const value = valueAt(place);
      if (typeof value === 'object' && value !== null) stack.push(value);
    }
  }
  return places.length === 0 ? [{ holder: root, key: 0 }] : places;
}
