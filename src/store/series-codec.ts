import type { Moment, Sample } from '../../schema/records.ts';

/**
 * Sealed bodies of series rows. Layout: 4-byte length of a JSON head, the head padded with spaces to a multiple of 8,
 * then little-endian columns: samples have Float64 starts, ends, values and (where converted) values as written, and Int16 zone offsets; regular blocks Float32 values.
 */
interface Head {
  device: string;
  zone: Moment['zone'] | null;
  samples: number;
  /** The unit that the source wrote, where values were converted: a fourth column has its numbers. */
  original?: string;
}

export interface SampleColumns {
  device: string;
  zone: Moment['zone'];
  start: Float64Array;
  end: Float64Array;
  value: Float64Array;
  /** Minutes, or `noOffset`. */
  offset: Int16Array;
  /** What the source wrote, where it was converted. */
  original: { unit: string; value: Float64Array } | null;
}

export const noOffset = 32767;

/** `starts` are the samples' own, in milliseconds, for who has them already. */
export function encodeSamples(
  samples: readonly Sample[],
  starts: readonly number[] = samples.map((sample) => Date.parse(sample.time.utc)),
): Buffer {
  const first = samples[0] as Sample;
  const n = samples.length;
  const original = first.original?.unit;
  const numbers = new Float64Array((original === undefined ? 3 : 4) * n);
  const offsets = new Int16Array(n);
  samples.forEach((sample, i) => {
    numbers[i] = starts[i] as number;
    numbers[n + i] = sample.endMs;
    numbers[2 * n + i] = sample.value;
    if (original !== undefined) numbers[3 * n + i] = sample.original?.value ?? Number.NaN;
    offsets[i] = sample.time.offset ?? noOffset;
  });
  return join({ device: first.device, zone: first.time.zone, samples: n, ...(original === undefined ? {} : { original }) }, [
    bytesOf(numbers),
    bytesOf(offsets),
  ]);
}

export function decodeSamples(body: Buffer): SampleColumns {
  const { head, data } = split(body);
  const n = head.samples;
  const columns = head.original === undefined ? 3 : 4;
  const numbers = new Float64Array(data.buffer, data.byteOffset, columns * n);
  return {
    device: head.device,
    zone: head.zone ?? 'unknown',
    start: numbers.subarray(0, n),
    end: numbers.subarray(n, 2 * n),
    value: numbers.subarray(2 * n, 3 * n),
    offset: new Int16Array(data.buffer, data.byteOffset + 8 * columns * n, n),
    original: head.original === undefined ? null : { unit: head.original, value: numbers.subarray(3 * n) },
  };
}

export function encodeRegular(device: string, values: Float32Array, channels: number): Buffer {
  return join({ device, zone: null, samples: values.length / channels }, [bytesOf(values)]);
}

export function decodeRegular(body: Buffer): { device: string; values: Float32Array } {
  const { head, data } = split(body);
  return { device: head.device, values: new Float32Array(data.buffer, data.byteOffset, data.byteLength / 4) };
}

function bytesOf(array: Float64Array | Float32Array | Int16Array): Buffer {
  return Buffer.from(array.buffer, array.byteOffset, array.byteLength);
}

function join(head: Head, columns: Buffer[]): Buffer {
  const json = Buffer.from(JSON.stringify(head), 'utf8');
  const padded = Buffer.alloc(Math.ceil((4 + json.length) / 8) * 8, 0x20);
  padded.writeUInt32LE(padded.length - 4, 0);
  json.copy(padded, 4);
  return Buffer.concat([padded, ...columns]);
}

function split(body: Buffer): { head: Head; data: Uint8Array } {
  const length = body.readUInt32LE(0);
  const head = JSON.parse(body.toString('utf8', 4, 4 + length)) as Head;
  // A copy of its own begins at offset 0, as typed arrays of 8-byte numbers need.
  return { head, data: Uint8Array.from(body.subarray(4 + length)) };
}
