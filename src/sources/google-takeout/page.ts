import { isUtf8 } from 'node:buffer';
import type { Parsed } from '../../../schema/source.ts';
import type { Clock } from '../reading/clock.ts';
import { MarkerSlicer } from '../reading/marked.ts';
import { bad, left, type Outcome, settled } from '../reading/outcome.ts';
import { isBlank, type Unit } from '../reading/unit.ts';
import { CELL, cellOutcome } from './activity.ts';

/** Entries of a page of activity. A page without any is one unit with nothing in it. */
export async function* parsePage(chunks: AsyncIterable<Buffer>, clock: Clock): AsyncGenerator<Parsed> {
  const slicer = new MarkerSlicer(CELL);
  const outcomeOf = ({ bytes, tooLong }: Unit): Outcome => {
    if (tooLong) return bad('line-too-long');
    return isUtf8(bytes) ? cellOutcome(bytes.toString('utf8'), clock) : bad('bad-encoding');
  };
  let blank = true;
  for await (const chunk of chunks) {
    blank &&= isBlank(chunk);
    for (const unit of slicer.push(chunk)) yield settled(unit, outcomeOf(unit));
  }
  const { begun, rest } = slicer.end();
  if (begun) yield settled(rest, outcomeOf(rest));
  else if (!blank) yield settled(rest, /<body[\s>]/i.test(rest.bytes.toString('latin1')) ? left('empty') : bad('not-this-kind'));
}
