/** Logistic function in doubles; exact 0 and 1 are reached only by rounding. */
export function sigmoid(x: number): number {
  return x >= 0 ? 1 / (1 + Math.exp(-x)) : Math.exp(x) / (1 + Math.exp(x));
}

/** Platt scaling: probability sigmoid(a·logit + b) of each column (Platt 1999). */
export function platt(logits: ArrayLike<number>, calibration: { a: readonly number[]; b: readonly number[] }): number[] {
  return calibration.a.map((a, k) => sigmoid(a * (logits[k] ?? Number.NaN) + (calibration.b[k] ?? Number.NaN)));
}

/** Softmax of logits / t: temperature scaling (Guo et al. 2017). Sums to 1 within rounding. */
export function softmax(logits: ArrayLike<number>, t: number): number[] {
  const scaled = Array.from(logits, (logit) => logit / t);
  const top = Math.max(...scaled);
  const powers = scaled.map((x) => Math.exp(x - top));
  const sum = powers.reduce((total, power) => total + power, 0);
  return powers.map((power) => power / sum);
}
