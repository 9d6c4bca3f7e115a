import { readFile } from 'node:fs/promises';

/** Field numbers of onnx.proto. */
const graphOfModel = 7;
const initializerOfGraph = 5;
const dimsOfTensor = 1;
const typeOfTensor = 2;
/** float, int8, float16 and double: weights; whole numbers of 32 and 64 bits are shapes and places. */
const weightTypes: ReadonlySet<number> = new Set([1, 3, 10, 11]);

interface Field {
  number: number;
  /** Of a varint; 0 for bytes. */
  value: number;
  bytes: Uint8Array;
}

/** Number of weights in an ONNX file, counted from the shapes of its initializers. */
export async function countParameters(path: string): Promise<number> {
  let count = 0;
  for (const graph of fieldsOf(await readFile(path))) {
    if (graph.number !== graphOfModel) continue;
    for (const field of fieldsOf(graph.bytes)) if (field.number === initializerOfGraph) count += sizeOf(field.bytes);
  }
  return count;
}

function sizeOf(tensor: Uint8Array): number {
  let size = 1;
  let type = 0;
  for (const field of fieldsOf(tensor)) {
    if (field.number === dimsOfTensor) for (const dim of field.bytes.length > 0 ? varints(field.bytes) : [field.value]) size *= dim;
    if (field.number === typeOfTensor) type = field.value;
  }
  return weightTypes.has(type) ? size : 0;
}

function* varints(bytes: Uint8Array): Generator<number> {
  for (let at = 0; at < bytes.length; ) {
    const [value, next] = varint(bytes, at);
    yield value;
    at = next;
  }
}

function* fieldsOf(bytes: Uint8Array): Generator<Field> {
  const none = new Uint8Array();
  for (let at = 0; at < bytes.length; ) {
    const [tag, afterTag] = varint(bytes, at);
    const number = Math.floor(tag / 8);
    const wire = tag % 8;
    if (wire === 0) {
      const [value, next] = varint(bytes, afterTag);
      yield { number, value, bytes: none };
      at = next;
    } else if (wire === 2) {
      const [length, start] = varint(bytes, afterTag);
      yield { number, value: 0, bytes: bytes.subarray(start, start + length) };
      at = start + length;
    } else at = afterTag + (wire === 1 ? 8 : 4);
  }
}

function varint(bytes: Uint8Array, from: number): [value: number, next: number] {
  let value = 0;
  let scale = 1;
  for (let at = from; at < bytes.length; at++) {
    const byte = bytes[at] ?? 0;
    value += (byte & 127) * scale;
    if (byte < 128) return [value, at + 1];
    scale *= 128;
  }
  return [value, bytes.length];
}
