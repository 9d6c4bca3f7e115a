import { crc32 } from 'node:zlib';

/** A chunk of a recording as a phone would push it. */
export function chunkOf(
  options: { signal: number; channels: number; sessionMs: number; offset: number; rate: number; serial: string },
  values: number[],
): Buffer {
  const floats = Buffer.from(new Float32Array(values).buffer);
  const head = Buffer.alloc(48);
  head.write('AFC1', 0, 'latin1');
  head.writeUInt8(options.signal, 4);
  head.writeUInt8(options.channels, 5);
  head.writeBigUInt64LE(BigInt(options.sessionMs), 8);
  head.writeBigUInt64LE(BigInt(options.offset), 16);
  head.writeDoubleLE(options.rate, 24);
  head.writeUInt32LE(values.length / options.channels, 32);
  head.write(options.serial, 36, 8, 'latin1');
  head.writeUInt32LE(crc32(floats), 44);
  return Buffer.concat([head, floats]);
}
