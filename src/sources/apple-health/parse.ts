import { isUtf8 } from 'node:buffer';
import type { Frame, ParseContext, Parsed } from '../../../schema/source.ts';
import { ChildSlicer, type DocumentEnd } from '../reading/children.ts';
import { DriftOnce } from '../reading/drift.ts';
import { excluded, quarantined } from '../reading/quarantine.ts';
import type { Unit } from '../reading/unit.ts';
import { type Attributes, readElement, readStartTag, withoutControls } from './element.ts';
import type { Fate, Reading } from './fate.ts';
import { Moments } from './moments.ts';
import { readRecordTag } from './record-tag.ts';
import { recordFate } from './records.ts';
import { summaryFate, workoutFate } from './summaries.ts';

/** Elements that hold who the person is, documents of others, or what stands elsewhere in the export as well. */
const NOT_COLLECTED: ReadonlySet<string> = new Set(['ExportDate', 'Correlation', 'ClinicalRecord', 'Audiogram', 'VisionPrescription']);

/** Units of an export: children of its root element. */
export async function* parseExport(chunks: AsyncIterable<Buffer>, context: ParseContext): AsyncGenerator<Parsed> {
  const reading: Reading = { exported: null, moments: new Moments(context), drift: new DriftOnce(context) };
  const slicer = new ChildSlicer('HealthData');
  for await (const chunk of chunks) {
    for (const unit of slicer.push(chunk)) {
      const child = childOf(unit, reading);
      // Zones and versions follow the date of the export.
      if (child.is === 'quarantined' && child.frame && reading.exported) child.frame = behind(child.frame, reading.exported);
      yield child;
    }
  }
  const { how, rest } = slicer.end();
  if (how !== 'whole') yield quarantined(rest, endReasons[how]);
}

function behind(frame: Frame, element: Buffer): Frame {
  return { ...frame, before: Buffer.concat([frame.before, element]), units: 1 };
}

const endReasons = { 'no-root': 'not-this-kind', 'cut-off': 'part-unreadable', 'followed-by-more': 'not-xml' } as const satisfies Record<
  Exclude<DocumentEnd, 'whole'>,
  string
>;

function childOf(unit: Unit, reading: Reading): Parsed {
  if (unit.tooLong) return quarantined(unit, 'line-too-long');
  if (!isUtf8(unit.bytes)) return quarantined(unit, 'bad-encoding');
  const text = withoutControls(unit.bytes.toString('utf8'));
  if (text.startsWith('<ExportDate')) reading.exported = unit.bytes;
  const fate = fateOf(text, reading);
  const { end } = unit;
  switch (fate.is) {
    case 'sample':
      return { is: 'sample', units: 1, end, day: fate.sample.time.day, sample: fate.sample };
    case 'record':
      return { is: 'record', units: 1, end, day: fate.record.time.day, record: fate.record };
    case 'quarantined':
      return quarantined(unit, fate.reason, fate.field, fate.day);
    default:
      return excluded(unit, fate.reason);
  }
}

function fateOf(text: string, reading: Reading): Fate {
  const record = readRecordTag(text);
  if (record !== null) return recordFate(record, text, reading);
  const start = readStartTag(text) ?? readElement(text);
  if (start === null) return { is: 'quarantined', reason: 'not-xml', day: null };
  const { name, attributes } = start;
  if (name === 'Record') return recordFate(attributes, text, reading);
  if (name === 'ActivitySummary') return summaryFate(attributes, reading);
  if (name === 'Workout') {
    const whole = readElement(text);
    return whole === null ? { is: 'quarantined', reason: 'not-xml', day: null } : workoutFate(whole, reading);
  }
  return leftOut(name, attributes, reading);
}

function leftOut(name: string, attributes: Attributes, { moments, drift }: Reading): Fate {
  if (name === 'Me') return { is: 'excluded', reason: 'identity' };
  if (name === 'ExportDate') moments.setExported(attributes.value);
  else if (!NOT_COLLECTED.has(name)) drift.note('unknown-field', name);
  return { is: 'excluded', reason: 'not-collected' };
}
