import type { ParseContext, Parsed } from '../../../schema/source.ts';
import { DriftOnce } from '../reading/drift.ts';
import { fieldsOf } from '../reading/json-unit.ts';
import { LineSlicer } from '../reading/lines.ts';
import type { Unit } from '../reading/unit.ts';
import { toParsed } from './to-parsed.ts';

/** Records of a stream of JSON lines. */
export async function* parseRecords(chunks: AsyncIterable<Buffer>, context: ParseContext): AsyncGenerator<Parsed> {
  const drift = new DriftOnce(context);
  const slicer = new LineSlicer('alone');
  for await (const chunk of chunks) for (const unit of slicer.push(chunk)) yield settle(unit, context, drift);
  for (const unit of slicer.end()) yield settle(unit, context, drift);
}

function settle(unit: Unit, context: ParseContext, drift: DriftOnce): Parsed {
  const read = fieldsOf(unit);
  return 'fault' in read ? read.fault : toParsed(unit, read.fields, context, drift);
}
