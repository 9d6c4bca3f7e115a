import * as Plot from '@observablehq/plot';
import { useMemo } from 'react';
import type { Timeline } from '../../api/types.ts';
import { Empty } from '../../components/Notice.tsx';
import { formatCount, formatValue } from '../../components/Number.tsx';
import { Drawing } from './Drawing.tsx';
import type { Range } from './RangeControls.tsx';
import { withBreaks } from './with-breaks.ts';
import { ZoomTo } from './ZoomTo.tsx';

type Line = Timeline['signals'][number];

interface Props {
  signals: readonly Line[];
  range: [number, number];
  onRange: (range: Range) => void;
}

export function SignalLines({ signals, range, onRange }: Props) {
  if (signals.length === 0) return <Empty title="No signal in this stretch of time.">Choose “All there is”, or another signal.</Empty>;
  return signals.map((line) => <SignalLine key={`${line.signal} ${line.channel}`} line={line} range={range} onRange={onRange} />);
}

const tell = (line: Line) => (point: Line['points'][number]) =>
  [
    `${new Date(point.t).toISOString().replace('T', ' ').slice(0, 19)} UTC`,
    `${formatValue(point.mean)} ${line.unit}`,
    ...(point.n > 1 ? [`mean of ${formatCount(point.n)}, ${formatValue(point.min)} to ${formatValue(point.max)}`] : []),
  ].join('\n');

const own = {};

function SignalLine({ line, range, onRange }: { line: Line; range: [number, number]; onRange: Props['onRange'] }) {
  const name = line.channel > 0 ? `${line.signal} ${line.channel + 1}` : line.signal;
  const marks = useMemo(() => {
    const broken = withBreaks(line.points, line.gaps);
    return [
      gapPattern,
      Plot.rectX(line.gaps, { x1: 'from', x2: 'to', fill: 'url(#gap-hatch)', stroke: 'var(--heat-missing)', strokeOpacity: 0.5 }),
      Plot.areaY(broken, { x: 't', y1: 'min', y2: 'max', fill: 'var(--heat-1)' }),
      Plot.lineY(broken, { x: 't', y: 'mean', stroke: 'var(--accent)', strokeWidth: 1.3 }),
      Plot.tip(line.points, Plot.pointerX({ x: 't', y: 'mean', title: tell(line), fill: 'var(--surface)', stroke: 'var(--line-strong)' })),
    ];
  }, [line]);
  return (
    <figure className="line">
      <figcaption className="row">
        <strong>{name}</strong>
        <span className="small muted">
          {line.unit} · {line.gaps.length === 0 ? 'no gap' : `${formatCount(line.gaps.length)} ${line.gaps.length === 1 ? 'gap' : 'gaps'}`}
        </span>
        <ZoomTo points={line.points} name={name} onRange={onRange} />
      </figcaption>
      <Drawing label={`${name} over time in ${line.unit}, ${line.gaps.length} gaps`} height={108} range={range} y={own} marks={marks} />
    </figure>
  );
}

const svg = 'http://www.w3.org/2000/svg';

/** A mark that draws nothing but brings the hatching of gaps along. */
function gapPattern(): SVGElement {
  const pattern = document.createElementNS(svg, 'pattern');
  for (const [name, value] of Object.entries({
    id: 'gap-hatch',
    width: '6',
    height: '6',
    patternUnits: 'userSpaceOnUse',
    patternTransform: 'rotate(45)',
  })) {
    pattern.setAttribute(name, value);
  }
  const stroke = document.createElementNS(svg, 'rect');
  for (const [name, value] of Object.entries({ width: '2', height: '6', fill: 'var(--heat-missing)', 'fill-opacity': '0.55' }))
    stroke.setAttribute(name, value);
  pattern.append(stroke);
  const defs = document.createElementNS(svg, 'defs');
  defs.append(pattern);
  return defs;
}
