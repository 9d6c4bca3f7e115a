import { AfferentError } from '../../../schema/errors.ts';
import type { StreamInput } from '../../../schema/model.ts';
import { canonicalJson, sha256 } from '../identity.ts';
import { littleEndian } from './chain.ts';
import { type Advance, RecordingStream } from './stream.ts';

/** Changes with the layout below. */
const version = 1;
const magic = Buffer.from('AFST');

/**
 * A stream between two slices as bytes, of a size that hangs on the model's input form alone: magic, version, hash of the
 * input form; anchor, next block, number and first block of the state, silent blocks, idle, blocks remembered (float64);
 * chain; what is carried; samples recorded in the blocks of the window; the blocks being filled. Numbers are little-endian.
 */
export function saveStream(stream: RecordingStream): Buffer {
  const { cutter, input } = stream;
  const numbers = [cutter.anchorMs ?? Number.NaN, cutter.next, stream.ordinal, stream.first, stream.silent];
  const counts = Float64Array.from([...numbers, stream.idle ? 1 : 0, stream.recent.length]);
  const signals = Object.keys(input.signals).length;
  const recent = new Float32Array(windowBlocks(input) * signals);
  stream.recent.forEach((row, k) => {
    recent.set(row, k * signals);
  });
  const parts = [header(input), doubles(counts), stream.chain, littleEndian(stream.carried), littleEndian(recent)];
  for (const { values, recorded } of cutter.filling.values()) parts.push(littleEndian(values), recorded);
  return Buffer.concat(parts);
}

/** SHA-256, hexadecimal, of a stream between two slices: equal for streams that will go on the same. */
export function streamHash(stream: RecordingStream): string {
  return sha256(saveStream(stream));
}

/**
 * The stream that was saved, to be fed on where it was left, by any worker.
 * @throws AfferentError `wrong-shape` (field `state`) where the bytes are not a state of this version and input form
 */
export function openStream(bytes: Uint8Array, input: StreamInput, advance: Advance): RecordingStream {
  const stream = new RecordingStream(input, advance);
  const size = saveStream(stream).length;
  const head = header(input);
  if (bytes.length !== size || Buffer.compare(bytes.subarray(0, head.length), head) !== 0)
    throw new AfferentError('wrong-shape', { field: 'state' });
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  let at = head.length;
  const double = (): number => {
    at += 8;
    return view.getFloat64(at - 8, true);
  };
  const floats = (into: Float32Array): void => {
    for (let k = 0; k < into.length; k++, at += 4) into[k] = view.getFloat32(at, true);
  };
  const anchorMs = double();
  stream.cutter.anchorMs = Number.isNaN(anchorMs) ? null : anchorMs;
  [stream.cutter.next, stream.ordinal, stream.first, stream.silent] = [double(), double(), double(), double()];
  stream.idle = double() === 1;
  const remembered = double();
  stream.chain = Uint8Array.from(bytes.subarray(at, at + 32));
  at += 32;
  floats(stream.carried);
  const signals = Object.keys(input.signals).length;
  const recent = new Float32Array(windowBlocks(input) * signals);
  floats(recent);
  stream.recent = Array.from({ length: remembered }, (_, k) => [...recent.subarray(k * signals, (k + 1) * signals)]);
  for (const { values, recorded } of stream.cutter.filling.values()) {
    floats(values);
    recorded.set(bytes.subarray(at, at + recorded.length));
    at += recorded.length;
  }
  return stream;
}

function windowBlocks(input: StreamInput): number {
  return Math.ceil(input.window_s / input.block_s);
}

function header(input: StreamInput): Buffer {
  return Buffer.concat([magic, Buffer.from([version, 0, 0, 0]), Buffer.from(sha256(canonicalJson(input)), 'hex')]);
}

function doubles(numbers: Float64Array): Uint8Array {
  const bytes = new DataView(new ArrayBuffer(numbers.length * 8));
  numbers.forEach((number, k) => {
    bytes.setFloat64(k * 8, number, true);
  });
  return new Uint8Array(bytes.buffer);
}
