/** Greatest magnitude of a weight: seven bits, so that no sum of two products leaves 16 bits on processors without VNNI. */
const most = 63;

/** Values of all fp16 bit patterns as doubles. */
const halves: Float64Array = Float64Array.from({ length: 65_536 }, (_, bits) => {
  const sign = bits & 0x8000 ? -1 : 1;
  const exponent = (bits >> 10) & 0x1f;
  const fraction = bits & 0x3ff;
  if (exponent === 0x1f) return fraction === 0 ? sign * Number.POSITIVE_INFINITY : Number.NaN;
  return sign * (exponent === 0 ? fraction * 2 ** -24 : (1 + fraction / 1024) * 2 ** (exponent - 15));
});

/** To the nearest whole number, ties to the even one. */
export function roundHalfEven(x: number): number {
  const below = Math.floor(x);
  const rest = x - below;
  if (rest !== 0.5) return rest < 0.5 ? below : below + 1;
  return below % 2 === 0 ? below : below + 1;
}

/**
 * int8 weights of an fp16 matrix, row by row, in doubles: round(w / factor of its row / scale of its column), ties to even, held
 * to ±63.
 * @param halfs little-endian fp16, rows × columns; every one finite
 * @param factors by number of the row, powers of two; 1 where there is none
 */
export function quantise(halfs: Uint8Array, scales: readonly number[], factors: Readonly<Record<string, number>> = {}): Int8Array {
  const view = new DataView(halfs.buffer, halfs.byteOffset, halfs.byteLength);
  const weights = new Int8Array(halfs.length / 2);
  let factor = 1;
  for (let k = 0; k < weights.length; k++) {
    const w = halves[view.getUint16(k * 2, true)] ?? Number.NaN;
    const column = k % scales.length;
    if (column === 0) factor = factors[k / scales.length] ?? 1;
    if (!Number.isFinite(w)) throw new RangeError('A weight is not finite.');
    weights[k] = Math.min(most, Math.max(-most, roundHalfEven(w / factor / (scales[column] ?? Number.NaN))));
  }
  return weights;
}
