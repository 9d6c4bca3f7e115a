import { AfferentError } from '../../../schema/errors.ts';

/** Unpacks a block of Snappy. Throws `part-unreadable` where it is damaged or holds more than `most` bytes. */
export function unsnappied(packed: Buffer, most: number): Buffer {
  const { length, at: begin } = lengthOf(packed);
  if (length > most) throw new AfferentError('part-unreadable');
  const out = Buffer.alloc(length);
  let to = 0;
  for (let at = begin; at < packed.length; ) {
    const tag = packed.readUInt8(at++);
    if ((tag & 3) === 0) {
      const extra = Math.max(0, (tag >> 2) - 59);
      require(at + extra <= packed.length);
      const size = 1 + (extra === 0 ? tag >> 2 : packed.readUIntLE(at, extra));
      at += extra;
      require(size <= packed.length - at && size <= length - to);
      to += packed.copy(out, to, at, at + size);
      at += size;
      continue;
    }
    const extra = (tag & 3) === 3 ? 4 : tag & 3;
    require(at + extra <= packed.length);
    const low = packed.readUIntLE(at, extra);
    const size = extra === 1 ? 4 + ((tag >> 2) & 7) : 1 + (tag >> 2);
    const distance = extra === 1 ? low | ((tag >> 5) << 8) : low;
    at += extra;
    require(distance > 0 && distance <= to && size <= length - to);
    // A copy may reach into what it writes itself.
    for (const end = to + size; to < end; to++) out[to] = out[to - distance] as number;
  }
  require(to === length);
  return out;
}

function lengthOf(packed: Buffer): { length: number; at: number } {
  let length = 0;
  for (let at = 0; at < 5 && at < packed.length; at++) {
    const byte = packed.readUInt8(at);
    length += (byte & 0x7f) * 2 ** (7 * at);
    if (byte < 0x80) return { length, at: at + 1 };
  }
  throw new AfferentError('part-unreadable');
}

function require(holds: boolean): void {
  if (!holds) throw new AfferentError('part-unreadable');
}
