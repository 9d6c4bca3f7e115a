export interface Part {
  /** Where it begins, in code points. */
  from: number;
  text: string;
  marked: boolean;
}

/** Splits a text at evidence spans, which count Unicode code points, end exclusive; spans may overlap. */
export function markedParts(text: string, spans: readonly (readonly [number, number])[]): Part[] {
  const points = Array.from(text);
  const cuts = new Set([0, points.length]);
  for (const [from, to] of spans) {
    cuts.add(Math.min(Math.max(from, 0), points.length));
    cuts.add(Math.min(Math.max(to, 0), points.length));
  }
  const sorted = [...cuts].sort((a, b) => a - b);
  const parts: Part[] = [];
  sorted.slice(0, -1).forEach((from, index) => {
    const to = sorted[index + 1] ?? points.length;
    const marked = spans.some(([begin, end]) => begin <= from && to <= end);
    const last = parts.at(-1);
    const piece = points.slice(from, to).join('');
    if (last && last.marked === marked) last.text += piece;
    else parts.push({ from, text: piece, marked });
  });
  return parts;
}
