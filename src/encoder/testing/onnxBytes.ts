/**
 * Writes tiny ONNX graphs, so that the tests have real ones whose every number can be worked out by hand.
 * Field numbers are those of onnx.proto (ONNX IR version 8).
 */
type Bytes = number[];

function varint(value: number): Bytes {
  const bytes: Bytes = [];
  let rest = value;
  while (rest > 127) {
    bytes.push((rest & 127) | 128);
    rest = Math.floor(rest / 128);
  }
  bytes.push(rest);
  return bytes;
}
const integer = (field: number, value: number): Bytes => [...varint(field << 3), ...varint(value)];
const block = (field: number, bytes: Iterable<number>): Bytes => {
  const content = [...bytes];
  return [...varint((field << 3) | 2), ...varint(content.length), ...content];
};
const string = (field: number, text: string): Bytes => block(field, Buffer.from(text));

const elementType = { float: 1, int8: 3, int64: 7, half: 10 } as const;

/** A name in the graph with its element type and shape; a string is a length known only at run time. */
export interface Value {
  name: string;
  type: keyof typeof elementType;
  dims: readonly (number | string)[];
}

export interface Weights {
  name: string;
  dims: readonly number[];
  values: readonly number[] | Uint8Array;
  type?: 'float' | 'int64' | 'half';
}

/** Weights that lie in another file. */
export interface OutsideWeights {
  name: string;
  dims: readonly number[];
  type: 'int8';
  location: string;
  offset: number;
  length: number;
}

export interface Node {
  op: string;
  inputs: readonly string[];
  outputs: readonly string[];
  ints?: Readonly<Record<string, number>>;
}

function valueInfo({ name, type, dims }: Value): Bytes {
  const shape = dims.flatMap((dim) => block(1, typeof dim === 'number' ? integer(1, dim) : string(2, dim)));
  const tensor = [...integer(1, elementType[type]), ...block(2, shape)];
  return [...string(1, name), ...block(2, block(1, tensor))];
}

function rawOf(values: Weights['values'], type: 'float' | 'int64' | 'half'): Uint8Array {
  if (values instanceof Uint8Array) return values;
  const numbers = type === 'int64' ? new BigInt64Array(values.map(BigInt)) : new Float32Array(values);
  return new Uint8Array(numbers.buffer);
}

function outside({ name, dims, type, location, offset, length }: OutsideWeights): Bytes {
  const entries = Object.entries({ location, offset: String(offset), length: String(length) });
  return [
    ...dims.flatMap((dim) => integer(1, dim)),
    ...integer(2, elementType[type]),
    ...string(8, name),
    ...entries.flatMap(([key, value]) => block(13, [...string(1, key), ...string(2, value)])),
    ...integer(14, 1),
  ];
}

function initializer({ name, dims, values, type = 'float' }: Weights): Bytes {
  return [
    ...dims.flatMap((dim) => integer(1, dim)),
    ...integer(2, elementType[type]),
    ...string(8, name),
    ...block(9, rawOf(values, type)),
  ];
}

function node({ op, inputs, outputs, ints = {} }: Node): Bytes {
  const attributes = Object.entries(ints).flatMap(([name, value]) =>
    block(5, [...string(1, name), ...integer(3, value), ...integer(20, 2)]),
  );
  return [...inputs.flatMap((name) => string(1, name)), ...outputs.flatMap((name) => string(2, name)), ...string(4, op), ...attributes];
}

/** An ONNX file of opset 17. */
export function onnxBytes(graph: {
  nodes: readonly Node[];
  weights: readonly (Weights | OutsideWeights)[];
  inputs: readonly Value[];
  outputs: readonly Value[];
}): Uint8Array {
  const body = [
    ...graph.nodes.flatMap((item) => block(1, node(item))),
    ...string(2, 'tiny'),
    ...graph.weights.flatMap((item) => block(5, 'location' in item ? outside(item) : initializer(item))),
    ...graph.inputs.flatMap((item) => block(11, valueInfo(item))),
    ...graph.outputs.flatMap((item) => block(12, valueInfo(item))),
  ];
  return Uint8Array.from([...integer(1, 8), ...block(7, body), ...block(8, integer(2, 17))]);
}
