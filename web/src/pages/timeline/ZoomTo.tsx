import type { Range } from './RangeControls.tsx';

/** A recording of an hour is a hair in a history of years: this shows the time of one line alone. */
export function ZoomTo({
  points,
  name,
  onRange,
}: {
  points: readonly { t: number; end: number }[];
  name: string;
  onRange: (range: Range) => void;
}) {
  const first = points[0];
  if (!first) return null;
  const end = points.reduce((latest, point) => Math.max(latest, point.end, point.t), first.t);
  const room = Math.max(1000, (end - first.t) * 0.02);
  const zoom = () => onRange({ from: new Date(first.t - room).toISOString(), to: new Date(end + room).toISOString() });
  return (
    <button type="button" className="link small" onClick={zoom}>
      Zoom to it<span className="unseen"> ({name})</span>
    </button>
  );
}
