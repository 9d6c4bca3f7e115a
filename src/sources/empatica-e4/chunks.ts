import { crc32 } from 'node:zlib';
import type { ErrorCode } from '../../../schema/errors.ts';
import type { ParseContext, Parsed } from '../../../schema/source.ts';
import { FUTURE_SLACK_MS } from '../reading/limits.ts';
import { dayOf } from '../reading/time.ts';
import { type ChunkHeader, HEADER_BYTES, readHeader } from './chunk-header.ts';
import { checkSerial } from './parse.ts';
import { type RegularSignal, regularSignal } from './signals.ts';

/**
 * Blocks of what a phone pushes while the wristband records: chunks of 32-bit floats, each behind a header that says where in the
 * recording it belongs. Blocks end at UTC midnight. A body is at most some megabytes and is held whole.
 */
export async function* parseChunks(stream: AsyncIterable<Buffer>, context: ParseContext): AsyncGenerator<Parsed> {
  const pieces: Buffer[] = [];
  for await (const piece of stream) pieces.push(piece);
  const body = Buffer.concat(pieces);
  let at = 0;
  let cutShort = false;
  while (at < body.length && !cutShort) {
    const header = readHeader(body.subarray(at));
    if (header === null) break;
    checkSerial(header.serial === '' ? null : header.serial, context);
    const begin = at + HEADER_BYTES;
    const width = header.channels * 4;
    const samples = Math.min(header.samples, Math.floor((body.length - begin) / width));
    yield* blocksOf(header, body.subarray(begin, begin + samples * width), samples, begin, context);
    at = begin + samples * width;
    cutShort = samples < header.samples;
  }
  if (at < body.length || cutShort) yield bad('part-unreadable', 1, body.length, body.subarray(at));
}

function* blocksOf(header: ChunkHeader, bytes: Buffer, samples: number, begin: number, context: ParseContext): Generator<Parsed> {
  if (samples === 0) return;
  const end = begin + bytes.length;
  const { channels, sessionMs, offset, rate } = header;
  // A chunk that was cut off has no checksum to be held against.
  if (samples === header.samples && crc32(bytes) !== header.checksum) return yield bad('bad-value', samples, end, bytes);
  const timeOf = (index: number) => sessionMs + ((offset + index) * 1000) / rate;
  if (!(timeOf(samples - 1) <= context.arrivedMs + FUTURE_SLACK_MS)) return yield bad('future-time', samples, end, bytes);
  const values = new Float32Array(new Uint8Array(bytes).buffer);
  const signal = regularSignal(header.role) as RegularSignal;
  const device = header.serial === '' ? 'Empatica E4' : `Empatica E4 ${header.serial}`;
  const isGood = (index: number) => values.subarray(index * channels, (index + 1) * channels).every(Number.isFinite);
  for (let from = 0; from < samples; ) {
    const good = isGood(from);
    const day = dayOf(timeOf(from));
    let to = from + 1;
    while (to < samples && isGood(to) === good && (!good || dayOf(timeOf(to)) === day)) to++;
    const units = to - from;
    const place = { units, end: begin + to * channels * 4, day };
    const block = {
      ...signal,
      device,
      sessionMs,
      rate,
      channels,
      offset: offset + from,
      values: values.slice(from * channels, to * channels),
    };
    if (good) yield { is: 'block', ...place, block };
    else yield bad('bad-value', units, place.end, bytes.subarray(from * channels * 4, to * channels * 4));
    from = to;
  }
}

function bad(reason: ErrorCode, units: number, end: number, raw: Buffer): Parsed {
  return { is: 'quarantined', units, end, day: null, reason, raw: Buffer.from(raw.subarray(0, 65_536)), field: 'value' };
}
