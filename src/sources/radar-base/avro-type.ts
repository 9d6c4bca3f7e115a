import { AfferentError } from '../../../schema/errors.ts';
import { outsideText } from '../reading/outside-text.ts';
import { ownValue } from '../reading/own-value.ts';

/** A type of a writer's schema, resolved: how its values are read. */
export type AvroType = (from: AvroBytes) => unknown;

const MAX_DEPTH = 40;
/** Items of arrays and maps in one record. */
const MAX_ITEMS = 1_000_000;

/** Bytes that are read from the front. Every read beyond their end throws `part-unreadable`. */
export class AvroBytes {
  readonly #bytes: Buffer;
  /** Position of the next byte. */
  at = 0;
  items = 0;

  constructor(bytes: Buffer) {
    this.#bytes = bytes;
  }

  get left(): number {
    return this.#bytes.length - this.at;
  }

  take(length: number): Buffer {
    if (!(length >= 0 && length <= this.left)) throw new AfferentError('part-unreadable');
    this.at += length;
    return this.#bytes.subarray(this.at - length, this.at);
  }

  /** A number of variable length in zigzag; as digits where JavaScript does not hold it. */
  long(): number | string {
    let short = 0;
    for (let shift = 0; shift < 28; shift += 7) {
      const byte = this.#bytes[this.at + shift / 7] ?? 0x80;
      short |= (byte & 0x7f) << shift;
      if (byte >= 0x80) continue;
      this.at += shift / 7 + 1;
      return (short >>> 1) ^ -(short & 1);
    }
    return this.#longer();
  }

  #longer(): number | string {
    let value = 0n;
    for (let shift = 0n; shift < 70n; shift += 7n) {
      const byte = this.take(1).readUInt8(0);
      value |= BigInt(byte & 0x7f) << shift;
      if (byte >= 0x80) continue;
      const signed = (value >> 1n) ^ -(value & 1n);
      const number = Number(signed);
      return Number.isSafeInteger(number) ? number : String(signed);
    }
    throw new AfferentError('part-unreadable');
  }

  /** A number that says how many, or which. */
  count(): number {
    const value = this.long();
    if (typeof value !== 'number') throw new AfferentError('part-unreadable');
    return value;
  }
}

const text: AvroType = (from) => from.take(from.count()).toString('utf8');
const primitives: Readonly<Record<string, AvroType>> = {
  null: () => null,
  boolean: (from) => from.take(1).readUInt8(0) === 1,
  int: (from) => from.long(),
  long: (from) => from.long(),
  float: (from) => asJson(fewestDigits(from.take(4).readFloatLE(0))),
  double: (from) => asJson(from.take(8).readDoubleLE(0)),
  bytes: (from) => from.take(from.count()).toString('hex'),
  string: text,
};

/** The reader of a schema's values. Throws `part-unreadable` where it is none that Avro 1.11 has. */
export function avroType(schema: unknown): AvroType {
  return typeOf(schema, new Map(), '', 0);
}

/** Named types by their full names: one that is named before it is whole is looked up when it is read. */
type Named = Map<string, AvroType>;

function typeOf(schema: unknown, named: Named, space: string, depth: number): AvroType {
  if (depth > MAX_DEPTH) throw new AfferentError('part-unreadable');
  const inner = (of: unknown, within = space) => typeOf(of, named, within, depth + 1);
  if (typeof schema === 'string') return ownValue(primitives, schema) ?? reference(schema, named, space);
  if (Array.isArray(schema)) return oneOf(schema.map((branch) => inner(branch)));
  if (typeof schema !== 'object' || schema === null || !('type' in schema)) throw new AfferentError('part-unreadable');
  const { type, items, values, fields, symbols, size } = schema as Record<string, unknown>;
  if (type === 'array') return arrayOf(inner(items));
  if (type === 'map') return mapOf(inner(values));
  if (type !== 'record' && type !== 'enum' && type !== 'fixed') return inner(type);
  const [name, within] = fullName(schema as Record<string, unknown>, space);
  if (type === 'enum') return declared(named, name, enumOf(symbols));
  if (type === 'fixed') return declared(named, name, fixedOf(size));
  if (!Array.isArray(fields)) throw new AfferentError('part-unreadable');
  const members: [string, AvroType][] = [];
  const record = declared(named, name, recordOf(members));
  for (const field of fields as Record<string, unknown>[]) members.push([outsideText(field?.name), inner(field?.type, within)]);
  return record;
}

function declared(named: Named, name: string, type: AvroType): AvroType {
  named.set(name, type);
  return type;
}

function fullName({ name, namespace }: Record<string, unknown>, space: string): [name: string, space: string] {
  const written = outsideText(name);
  const dot = written.lastIndexOf('.');
  const within = dot !== -1 ? written.slice(0, dot) : typeof namespace === 'string' ? namespace : space;
  const short = written.slice(dot + 1);
  return [within === '' ? short : `${within}.${short}`, within];
}

function reference(name: string, named: Named, space: string): AvroType {
  const found = named.get(name.includes('.') || space === '' ? name : `${space}.${name}`) ?? named.get(name);
  if (found === undefined) throw new AfferentError('part-unreadable');
  return found;
}

function recordOf(members: readonly [string, AvroType][]): AvroType {
  let depth = 0;
  return (from) => {
    depth++;
    try {
      if (depth > MAX_DEPTH) throw new AfferentError('part-unreadable');
      const record: Record<string, unknown> = Object.create(null);
      for (const [name, type] of members) record[name] = type(from);
      return record;
    } finally {
      depth--;
    }
  };
}

function oneOf(branches: readonly AvroType[]): AvroType {
  return (from) => chosen(branches, from.count())(from);
}

function enumOf(symbols: unknown): AvroType {
  if (!Array.isArray(symbols)) throw new AfferentError('part-unreadable');
  return (from) => String(chosen(symbols, from.count()));
}

function fixedOf(size: unknown): AvroType {
  if (typeof size !== 'number') throw new AfferentError('part-unreadable');
  return (from) => from.take(size).toString('hex');
}

function chosen<T>(among: readonly T[], index: number): T {
  if (!(index >= 0 && index < among.length)) throw new AfferentError('part-unreadable');
  return among[index] as T;
}

function arrayOf(type: AvroType): AvroType {
  return (from) => {
    const found: unknown[] = [];
    eachItem(from, () => found.push(type(from)));
    return found;
  };
}

function mapOf(type: AvroType): AvroType {
  return (from) => {
    const found: Record<string, unknown> = Object.create(null);
    eachItem(from, () => {
      const key = String(text(from));
      found[key] = type(from);
    });
    return found;
  };
}

/** Items come in runs, each behind its length; a length below zero is followed by the run's bytes. A run of none is the last. */
function eachItem(from: AvroBytes, read: () => void): void {
  for (let run = from.count(); run !== 0; run = from.count()) {
    if (run < 0) from.long();
    from.items += Math.abs(run);
    if (from.items > MAX_ITEMS) throw new AfferentError('part-unreadable');
    for (let item = Math.abs(run); item > 0; item--) read();
  }
}

/** What JSON cannot write stands as its name. */
function asJson(number: number): number | string {
  return Number.isFinite(number) ? number : String(number);
}

/** The shortest decimal that is this single-precision number: 0.1, and not 0.10000000149011612. */
function fewestDigits(number: number): number {
  for (let digits = 6; digits < 9; digits++) {
    const short = Number(number.toPrecision(digits));
    if (Math.fround(short) === number) return short;
  }
  return number;
}
