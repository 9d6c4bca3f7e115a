import { isUtf8 } from 'node:buffer';
import type { Frame, ParseContext, Parsed } from '../../../schema/source.ts';
import { ChildSlicer, type DocumentEnd } from '../reading/children.ts';
import { DriftOnce } from '../reading/drift.ts';
import { excluded, quarantined } from '../reading/quarantine.ts';
import type { Unit } from '../reading/unit.ts';
import { type Attributes, readElement, readStartTag, withoutControls } from './element.ts';
import type { Fate, Reading } from './fate.ts';
import { Moments } from './moments.ts';
import { RecordTags } from './record-tag.ts';
import { measuredFate, ownZone, recordFate } from './records.ts';
import { summaryFate, workoutFate } from './summaries.ts';

/** Elements that hold who the person is, documents of others, or what stands elsewhere in the export as well. */
const NOT_COLLECTED: ReadonlySet<string> = new Set(['ExportDate', 'Correlation', 'ClinicalRecord', 'Audiogram', 'VisionPrescription']);

/** Units of an export: children of its root element. */
export async function* parseExport(chunks: AsyncIterable<Buffer>, context: ParseContext): AsyncGenerator<Parsed> {
  const reading: Reading = { exported: null, moments: new Moments(context), drift: new DriftOnce(context) };
  const slicer = new ChildSlicer('HealthData');
  for await (const chunk of chunks) {
    const tags = new RecordTags(chunk);
    for (const unit of slicer.push(chunk)) {
      const child = unit.from === -1 ? apart(unit, reading) : childOf(unit, tags, unit.from, unit.to, reading);
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

/** What becomes of a child that began in a chunk before. */
function apart(unit: Unit, reading: Reading): Parsed {
  if (unit.tooLong) return quarantined(unit, 'line-too-long');
  return childOf(unit, new RecordTags(unit.bytes), 0, unit.bytes.length, reading);
}

/** What becomes of a child that stands between two places of what `tags` looks through. */
function childOf(unit: Unit, tags: RecordTags, from: number, to: number, reading: Reading): Parsed {
  const fate = recordIn(tags, from, to, reading) ?? fateOf(unit.bytes, reading);
  const { end } = unit;
  switch (fate.is) {
    case 'sample':
      return { is: 'sample', units: 1, end, day: fate.sample.time.day, sample: fate.sample };
    case 'record':
      return { ...fate, units: 1, end, day: fate.record.time.day };
    case 'quarantined':
      return quarantined(unit, fate.reason, fate.field, fate.day);
    default:
      return excluded(unit, fate.reason);
  }
}

/** The fate of a record as today's app writes it, or null for any other child. */
function recordIn(tags: RecordTags, from: number, to: number, reading: Reading): Fate | null {
  const tag = tags.find(from, to);
  if (tag === null) return null;
  const { measure } = tag.head;
  if (measure !== null && tag.zone === undefined) {
    const start = reading.moments.at(tags.text, tag.start);
    const end = start === null ? null : reading.moments.at(tags.text, tag.end);
    const value = tags.text.slice(tag.from, tag.to);
    const fate = start === null || end === null ? null : measuredFate(measure, value, start, end, reading);
    if (fate !== null) return fate;
  }
  return recordFate(tags.attributesOf(tag), tag.zone, reading);
}

function fateOf(bytes: Buffer, reading: Reading): Fate {
  if (!isUtf8(bytes)) return { is: 'quarantined', reason: 'bad-encoding', day: null };
  const text = withoutControls(bytes.toString('utf8'));
  if (text.startsWith('<ExportDate')) reading.exported = bytes;
  const start = readStartTag(text) ?? readElement(text);
  if (start === null) return { is: 'quarantined', reason: 'not-xml', day: null };
  const { name, attributes } = start;
  if (name === 'Record') return recordFate(attributes, ownZone(text), reading);
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
