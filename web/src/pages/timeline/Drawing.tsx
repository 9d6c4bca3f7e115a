import * as Plot from '@observablehq/plot';
import { useEffect, useRef, useState } from 'react';

interface Props {
  label: string;
  height: number;
  range: [number, number];
  y: Plot.ScaleOptions;
  marks: readonly Plot.Markish[];
}

/** A plot on the page's axis of time, as wide as its box. */
export function Drawing({ label, height, range: [from, to], y, marks }: Props) {
  const box = useRef<HTMLDivElement>(null);
  const [width, setWidth] = useState(0);
  useEffect(() => {
    const element = box.current;
    if (!element) return;
    const watch = new ResizeObserver(([entry]) => setWidth(Math.floor(entry?.contentRect.width ?? 0)));
    watch.observe(element);
    return () => watch.disconnect();
  }, []);
  useEffect(() => {
    const element = box.current;
    if (!element || width === 0) return;
    const plot = Plot.plot({
      width,
      height,
      marginTop: 10,
      marginLeft: 44,
      marginRight: 12,
      // Room for a second line of ticks: the month, or the day of hours.
      marginBottom: 34,
      inset: 5,
      ariaLabel: label,
      className: 'drawing-plot',
      x: { type: 'utc', domain: [from, to], label: null, ticks: Math.max(3, Math.floor(width / 130)) },
      y: { label: null, ticks: 3, grid: true, ...y },
      marks: [...marks],
    });
    // Its style element says nothing that timeline.css does not, and the policy of the console refuses it.
    for (const style of plot.querySelectorAll('style')) style.remove();
    element.replaceChildren(plot);
    return () => plot.remove();
  }, [width, height, from, to, y, marks, label]);
  return <div className="drawing" ref={box} />;
}
