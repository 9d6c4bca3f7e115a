import { isUtf8 } from 'node:buffer';
import type { Parsed } from '../../../schema/source.ts';
import { listFrame } from './frames.ts';
import { ListSlicer } from './lists.ts';
import { left, type Outcome, settled } from './outcome.ts';
import { quarantined } from './quarantine.ts';
import { isBlank, type Unit } from './unit.ts';

/** What becomes of each entry of the outermost lists of a JSON stream. `path` are the keys that lead to its list. */
export async function* readLists(
  chunks: AsyncIterable<Buffer>,
  settle: (value: unknown, path: readonly string[]) => Outcome,
): AsyncGenerator<Parsed> {
  const slicer = new ListSlicer();
  for await (const chunk of chunks) for (const unit of slicer.push(chunk)) yield entryOf(unit, unit.path, settle);
  const { how, rest } = slicer.end();
  if (how === 'whole' || (how === 'no-list' && isBlank(rest.bytes))) return;
  if (how === 'no-list') yield documentOf(rest);
  else yield quarantined(rest, how === 'cut-off' ? 'part-unreadable' : 'wrong-shape');
}

function entryOf(unit: Unit, path: readonly string[], settle: (value: unknown, path: readonly string[]) => Outcome): Parsed {
  if (unit.tooLong) return quarantined(unit, 'line-too-long');
  if (!isUtf8(unit.bytes)) return quarantined(unit, 'bad-encoding');
  unit.frame = () => listFrame(path);
  let value: unknown;
  try {
    value = JSON.parse(unit.bytes.toString('utf8'));
  } catch {
    return quarantined(unit, 'not-json');
  }
  return settled(unit, settle(value, path));
}

/** Content without any list: an account that has nothing yet, where it is JSON at all. */
function documentOf(unit: Unit): Parsed {
  if (unit.tooLong) return quarantined(unit, 'line-too-long');
  try {
    JSON.parse(unit.bytes.toString('utf8'));
  } catch {
    return quarantined(unit, 'not-json');
  }
  return settled(unit, left('empty'));
}
