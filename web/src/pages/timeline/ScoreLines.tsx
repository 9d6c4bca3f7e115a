import * as Plot from '@observablehq/plot';
import { useMemo } from 'react';
import type { Timeline } from '../../api/types.ts';
import { GradeTag } from '../../components/GradeTag.tsx';
import { Empty } from '../../components/Notice.tsx';
import { formatCount, formatValue } from '../../components/Number.tsx';
import { Drawing } from './Drawing.tsx';
import type { Range } from './RangeControls.tsx';
import { ZoomTo } from './ZoomTo.tsx';

type Line = Timeline['heads'][number];
type Point = Line['points'][number];

interface Props {
  heads: readonly Line[];
  range: [number, number];
  onRange: (range: Range) => void;
}

export function ScoreLines({ heads, range, onRange }: Props) {
  if (heads.length === 0) return <Empty title="No score in this stretch of time.">Choose “All there is”, or another head.</Empty>;
  return heads.map((line) => <ScoreLine key={`${line.head} ${line.key}`} line={line} range={range} onRange={onRange} />);
}

/** Levels go from 0 to 6, affect from 1 to 5, probabilities from 0 to 1; anything else is drawn over its own spread. */
function domainOf({ head, key, points }: Line): [number, number] | undefined {
  if (key === 'severity') return [0, 6];
  if (head === 'affect') return [1, 5];
  return points.every((point) => point.min >= 0 && point.max <= 1) ? [0, 1] : undefined;
}

const when = (point: { t: number }) => new Date(point.t).toISOString().replace('T', ' ').slice(0, 16);
const tell = (line: Line) => (point: Point) =>
  [
    `${when(point)} UTC`,
    `${line.key} ${formatValue(point.value)} (${line.grade})`,
    ...(point.n > 1 ? [`mean of ${formatCount(point.n)}, ${formatValue(point.min)} to ${formatValue(point.max)}`] : []),
  ].join('\n');

function ScoreLine({ line, range, onRange }: { line: Line; range: [number, number]; onRange: Props['onRange'] }) {
  const name = line.key === line.head ? line.head : `${line.head} ${line.key}`;
  const y = useMemo(() => ({ domain: domainOf(line) }), [line]);
  const marks = useMemo(() => {
    const binned = line.points.filter((point) => point.n > 1);
    const windows = line.points.filter((point) => point.end > point.t);
    return [
      Plot.ruleX(binned, { x: 't', y1: 'min', y2: 'max', stroke: 'var(--heat-2)', strokeWidth: 2 }),
      Plot.ruleY(windows, { x1: 't', x2: 'end', y: 'value', stroke: 'var(--accent)', strokeWidth: 2 }),
      Plot.dot(line.points, { x: 't', y: 'value', r: 2.5, fill: 'var(--accent)' }),
      Plot.tip(line.points, Plot.pointer({ x: 't', y: 'value', title: tell(line), fill: 'var(--surface)', stroke: 'var(--line-strong)' })),
    ];
  }, [line]);
  return (
    <figure className="line">
      <figcaption className="row">
        <strong>{name}</strong>
        <GradeTag grade={line.grade} />
        <span className="small muted number">{formatCount(line.points.reduce((all, point) => all + point.n, 0))} scores</span>
        <ZoomTo points={line.points} name={name} onRange={onRange} />
      </figcaption>
      <Drawing label={`${name} over time, graded ${line.grade}`} height={108} range={range} y={y} marks={marks} />
    </figure>
  );
}
