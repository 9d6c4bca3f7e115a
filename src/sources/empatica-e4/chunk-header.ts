/** Bytes of a chunk's header; all numbers little-endian. See docs/streams.md. */
export const HEADER_BYTES = 48;
const MAGIC = 'AFC1';

/** Signals by their number in a header, as roles of the kind. */
export const chunkSignals = ['', 'acc', 'bvp', 'eda', 'temp', 'hr'] as const;
const channelsOf: Readonly<Record<string, number>> = { acc: 3, bvp: 1, eda: 1, temp: 1, hr: 1 };

export interface ChunkHeader {
  role: string;
  channels: number;
  /** Start of the recording, UTC ms. */
  sessionMs: number;
  /** Number of the chunk's first sample within the recording. */
  offset: number;
  rate: number;
  samples: number;
  serial: string;
  /** CRC-32 of the values. */
  checksum: number;
}

/** The header at the beginning of `bytes`, or null where it is none. */
export function readHeader(bytes: Buffer): ChunkHeader | null {
  if (bytes.length < HEADER_BYTES || bytes.toString('latin1', 0, 4) !== MAGIC) return null;
  const role = chunkSignals[bytes.readUInt8(4)] ?? '';
  const channels = bytes.readUInt8(5);
  const [sessionMs, offset] = [Number(bytes.readBigUInt64LE(8)), Number(bytes.readBigUInt64LE(16))];
  const rate = bytes.readDoubleLE(24);
  const samples = bytes.readUInt32LE(32);
  const serial = bytes.toString('latin1', 36, 44).replace(/\0+$/, '');
  const whole = channels === channelsOf[role] && samples > 0 && rate > 0 && rate <= 100_000;
  const bounded = Number.isSafeInteger(sessionMs) && Number.isSafeInteger(offset + samples) && /^[A-Za-z0-9]*$/.test(serial);
  return whole && bounded ? { role, channels, sessionMs, offset, rate, samples, serial, checksum: bytes.readUInt32LE(44) } : null;
}
