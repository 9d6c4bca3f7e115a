import { isUtf8 } from 'node:buffer';
import type { Parsed } from '../../../schema/source.ts';
import { MarkerSlicer } from '../reading/marked.ts';
import { bad, left, type Outcome, settled } from '../reading/outcome.ts';
import { isBlank, type Unit } from '../reading/unit.ts';

/** Entries of a page, each of which begins with a marker. A page without any is one unit with nothing in it. */
export async function* parsePage(chunks: AsyncIterable<Buffer>, marker: string, settle: (html: string) => Outcome): AsyncGenerator<Parsed> {
  const slicer = new MarkerSlicer(marker);
  const outcomeOf = ({ bytes, tooLong }: Unit): Outcome => {
    if (tooLong) return bad('line-too-long');
    return isUtf8(bytes) ? settle(bytes.toString('utf8')) : bad('bad-encoding');
  };
  let blank = true;
  for await (const chunk of chunks) {
    blank &&= isBlank(chunk);
    for (const unit of slicer.push(chunk)) yield settled(unit, outcomeOf(unit));
  }
  const { begun, rest } = slicer.end();
  if (begun) yield settled(rest, outcomeOf(rest));
  else if (!blank) yield settled(rest, /<(?:body|ul)[\s>]/i.test(rest.bytes.toString('latin1')) ? left('empty') : bad('not-this-kind'));
}
