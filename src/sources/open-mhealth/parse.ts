import { isUtf8 } from 'node:buffer';
import type { Frame, ParseContext, Parsed } from '../../../schema/source.ts';
import { DriftOnce } from '../reading/drift.ts';
import { ElementSlicer } from '../reading/elements.ts';
import { elementFrame, lineFrame, listFrame } from '../reading/frames.ts';
import { LineSlicer } from '../reading/lines.ts';
import { ListSlicer } from '../reading/lists.ts';
import { bad, left, type Outcome, settled } from '../reading/outcome.ts';
import { quarantined } from '../reading/quarantine.ts';
import { isBlank, type Unit } from '../reading/unit.ts';
import { ValueSlicer } from '../reading/values.ts';
import { conforms, isObject } from './check.ts';
import { schemaOfHeader, type Told } from './schema-of.ts';
import { bodyOutcome, type Reading } from './to-record.ts';

type Chunks = AsyncIterable<Buffer>;

/** How data points stand in a file. */
export type Form = 'lines' | 'values' | 'array' | 'lists';

/** Data points of a stream; `told` is the schema that the file's path names, for bodies that stand alone. */
export function parsePoints(chunks: Chunks, form: Form, told: Told | null, context: ParseContext): AsyncGenerator<Parsed> {
  const reading: Reading = { context, drift: new DriftOnce(context) };
  return slicers[form](chunks, (unit) => pointOf(unit, told, reading));
}

type Settle = (unit: Unit) => Parsed;

const slicers: Readonly<Record<Form, (chunks: Chunks, settle: Settle) => AsyncGenerator<Parsed>>> = {
  async *lines(chunks, settle) {
    const slicer = new LineSlicer('alone');
    for await (const chunk of chunks) for (const unit of slicer.push(chunk)) yield settle(framed(unit, () => lineFrame));
    for (const unit of slicer.end()) yield settle(framed(unit, () => lineFrame));
  },
  async *values(chunks, settle) {
    const slicer = new ValueSlicer();
    for await (const chunk of chunks) for (const unit of slicer.push(chunk)) yield settle(framed(unit, () => lineFrame));
    const { units, cutOff } = slicer.end();
    for (const unit of units) yield cutOff && !unit.tooLong ? quarantined(unit, 'part-unreadable') : settle(unit);
  },
  async *array(chunks, settle) {
    const slicer = new ElementSlicer();
    for await (const chunk of chunks)
      for (const unit of slicer.push(chunk)) yield settle(framed(unit, () => elementFrame(Buffer.alloc(0))));
    const { how, rest } = slicer.end();
    if (how === 'no-array') {
      if (!isBlank(rest.bytes)) yield quarantined(rest, 'not-this-kind');
    } else if (how !== 'whole') yield quarantined(rest, how === 'cut-off' ? 'part-unreadable' : 'wrong-shape');
  },
  async *lists(chunks, settle) {
    const slicer = new ListSlicer();
    for await (const chunk of chunks) for (const unit of slicer.push(chunk)) yield settle(framed(unit, () => listFrame(unit.path)));
    const { how, rest } = slicer.end();
    if (how === 'no-list' && isBlank(rest.bytes)) return;
    if (how !== 'whole') yield quarantined(rest, how === 'cut-off' ? 'part-unreadable' : 'wrong-shape');
  },
};

/** The unit with what must stand around it to be read again. */
function framed(unit: Unit, frame: () => Frame): Unit {
  return { ...unit, frame };
}

function pointOf(unit: Unit, told: Told | null, reading: Reading): Parsed {
  if (unit.tooLong) return quarantined(unit, 'line-too-long');
  if (!isUtf8(unit.bytes)) return quarantined(unit, 'bad-encoding');
  let value: unknown;
  try {
    value = JSON.parse(unit.bytes.toString('utf8'));
  } catch {
    return quarantined(unit, 'not-json');
  }
  return settled(unit, isObject(value) && 'header' in value ? dataPoint(value, reading) : bodyAlone(value, told, reading));
}

function dataPoint(value: Readonly<Record<string, unknown>>, reading: Reading): Outcome {
  const { header, body } = value;
  if (!isObject(header) || !conforms(header, 'uuid' in header ? 'ieee:header-1.0' : 'header-1.2')) return bad('wrong-shape', 'header');
  const told = schemaOfHeader(header);
  if (told === null) return bad('wrong-shape', 'schema');
  if (!isObject(body)) return bad('wrong-shape', 'body');
  const { account } = reading.context;
  if (account !== null && header.user_id !== undefined && header.user_id !== account) return left('other-person');
  if (Object.keys(body).length === 0) return left('empty');
  if (!told.exact) reading.drift.note('unknown-field', told.name);
  if (told.rule !== null && !conforms(body, told.rule)) return bad('wrong-shape', 'body');
  return bodyOutcome(told.name, body, header, reading);
}

/** A body of its own says nothing of its schema: the path must. */
function bodyAlone(value: unknown, told: Told | null, reading: Reading): Outcome {
  if (told === null || told.rule === null) return bad('wrong-shape', 'schema');
  if (!conforms(value, told.rule)) return bad('wrong-shape', 'body');
  // A word, a time or a quantity by itself is a piece of other records.
  return isObject(value) ? bodyOutcome(told.name, value, null, reading) : left('not-collected');
}
