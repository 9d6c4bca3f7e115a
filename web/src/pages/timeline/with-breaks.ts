interface Drawn {
  t: number;
  end: number;
  min: number;
  max: number;
  mean: number;
}

/** Points with an empty one inside every gap, so that no line is drawn across what was not recorded. */
export function withBreaks<Point extends Drawn>(points: readonly Point[], gaps: readonly { from: number; to: number }[]): Drawn[] {
  const empty = gaps.map((gap): Drawn => ({ t: (gap.from + gap.to) / 2, end: gap.to, min: Number.NaN, max: Number.NaN, mean: Number.NaN }));
  return [...points, ...empty].sort((a, b) => a.t - b.t);
}
