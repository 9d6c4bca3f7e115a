import type { ParseContext, Parsed } from '../../../schema/source.ts';
import { DriftOnce } from '../reading/drift.ts';
import { type Fields, fieldsOf } from '../reading/json-unit.ts';
import { LineSlicer } from '../reading/lines.ts';
import { excluded, ofRecord, quarantined } from '../reading/quarantine.ts';
import { utcMoment } from '../reading/time.ts';
import type { Unit } from '../reading/unit.ts';
import { locate } from './locate.ts';
import { POSTS, settleRecord } from './record.ts';

/** Frames of a Jetstream, one a line, of the account that the source is of. */
export async function* parseJetstream(chunks: AsyncIterable<Buffer>, context: ParseContext): AsyncGenerator<Parsed> {
  const drift = new DriftOnce(context);
  const settle = (unit: Unit): Parsed => {
    const read = fieldsOf(unit);
    return 'fault' in read ? read.fault : settleFrame(unit, read.fields, drift, context);
  };
  const slicer = new LineSlicer('alone');
  for await (const chunk of chunks) for (const unit of slicer.push(chunk)) yield settle(unit);
  for (const unit of slicer.end()) yield settle(unit);
}

function settleFrame(unit: Unit, frame: Fields, drift: DriftOnce, context: ParseContext): Parsed {
  const sent = typeof frame.time_us === 'number' ? utcMoment(Math.floor(frame.time_us / 1000), context.zone) : null;
  const { did, uri, collection, isDelete, ...located } = locate(frame);
  if (sent === null) return ofRecord(quarantined(unit, 'no-time', 'time'), 'post', collection === POSTS ? uri : null);
  if (did === null) return quarantined(unit, 'wrong-shape', 'account');
  if (context.account !== null && did !== context.account) return excluded(unit, 'other-person', sent.day);
  // An account or a name has changed: nothing that somebody wrote.
  if (frame.kind !== 'commit') return excluded(unit, 'not-collected', sent.day);
  if (collection !== POSTS) return excluded(unit, 'not-collected', sent.day);
  if (!isDelete) return settleRecord(unit, { ...located, uri, collection }, drift, context);
  if (uri === null) return quarantined(unit, 'no-id', 'id', sent.day);
  // Whichever of the two clocks is later: what was stated before must not outlive it.
  const at = located.exported !== null && located.exported > sent.utc ? located.exported : sent.utc;
  return { is: 'deletion', units: 1, end: unit.end, day: sent.day, type: 'post', recordId: uri, at };
}
