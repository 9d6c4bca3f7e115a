import { type KeyboardEvent, useId, useMemo, useRef, useState } from 'react';
import type { LedgerSource } from '../../api/types.ts';
import { Button } from '../Button.tsx';
import { Empty } from '../Notice.tsx';
import { shortId } from '../short-id.ts';
import { addDays, type Bin, type BinSize, binsBetween, cellsOf, dayCount, extentOf, shadeOf } from './bins.ts';
import { describeCell, sourceLabel } from './describe.ts';
import { Legend } from './Legend.tsx';
import './ledger-picture.css';

const span = 63;

/** The ledger by day (or month) and source: shade for what was stored, hatching for days that are missing. */
export function LedgerPicture({ sources }: { sources: readonly LedgerSource[] }) {
  const extent = useMemo(() => extentOf(sources), [sources]);
  const long = extent !== null && dayCount(extent.first, extent.last) > 2 * span;
  const [size, setSize] = useState<BinSize>(long ? 'month' : 'day');
  const [end, setEnd] = useState<string | null>(null);
  if (!extent) return <Empty title="No record with a day has arrived yet.">Ingest a source, and its days appear here.</Empty>;

  const last = end ?? extent.last;
  const bins =
    size === 'month'
      ? binsBetween(extent.first, extent.last, 'month')
      : binsBetween(maxDay(extent.first, addDays(last, 1 - span)), last, 'day');
  const openMonth = (bin: Bin) => {
    setSize('day');
    setEnd(minDay(extent.last, addDays(bin.first, span - 1)));
  };
  const shift = (days: number) => setEnd(minDay(extent.last, maxDay(addDays(extent.first, span - 1), addDays(last, days))));
  return (
    <div className="ledger-picture">
      <div className="row">
        {/* biome-ignore lint/a11y/useSemanticElements: a fieldset would draw a frame around two buttons */}
        <div className="row" role="group" aria-label="Width of a column">
          {(['day', 'month'] as const).map((one) => (
            <button key={one} type="button" className="chip" aria-pressed={size === one} onClick={() => setSize(one)}>
              {one === 'day' ? 'Days' : 'Months'}
            </button>
          ))}
        </div>
        {size === 'day' && dayCount(extent.first, extent.last) > span ? (
          <div className="row">
            <Button onClick={() => shift(-span)} disabled={bins[0]?.first === extent.first}>
              ← Earlier
            </Button>
            <Button onClick={() => shift(span)} disabled={last >= extent.last}>
              Later →
            </Button>
          </div>
        ) : null}
        <span className="small muted number">
          {bins[0]?.key} to {bins.at(-1)?.key}
        </span>
      </div>
      <Grid sources={sources} bins={bins} size={size} onMonth={openMonth} />
      <Legend />
    </div>
  );
}

const maxDay = (a: string, b: string) => (a > b ? a : b);
const minDay = (a: string, b: string) => (a < b ? a : b);

interface GridProps {
  sources: readonly LedgerSource[];
  bins: readonly Bin[];
  size: BinSize;
  onMonth: (bin: Bin) => void;
}

function Grid({ sources, bins, size, onMonth }: GridProps) {
  const [at, setAt] = useState<[number, number]>([0, 0]);
  const [shown, setShown] = useState<string | null>(null);
  const grid = useRef<HTMLTableElement>(null);
  const readout = useId();
  const rows = useMemo(
    () => sources.map((source) => ({ source, label: sourceLabel(source), cells: cellsOf(source, bins, size) })),
    [sources, bins, size],
  );
  const most = Math.max(1, ...rows.flatMap((row) => row.cells.map((cell) => cell.outcomes?.stored ?? 0)));

  const move = (event: KeyboardEvent) => {
    const step = steps[event.key];
    if (event.key === 'Enter') {
      const bin = bins[at[1]];
      if (size === 'month' && bin) onMonth(bin);
      return;
    }
    if (!step) return;
    event.preventDefault();
    const next: [number, number] = [clamp(at[0] + step[0], rows.length), clamp(at[1] + step[1], bins.length)];
    setAt(next);
    grid.current?.querySelector<HTMLElement>(`[data-at="${next.join(' ')}"]`)?.focus();
  };
  return (
    <>
      <div className="ledger-scroll">
        <table
          className="ledger-grid"
          // biome-ignore lint/a11y/noNoninteractiveElementToInteractiveRole: one moves about in it by the arrow keys
          role="grid"
          ref={grid}
          onKeyDown={move}
          onMouseLeave={() => setShown(null)}
          aria-describedby={readout}
        >
          <caption className="unseen">Units received by source and {size}; arrow keys move, the line below tells the numbers</caption>
          <BinHeads bins={bins} size={size} />
          <tbody>
            {rows.map((row, r) => (
              <tr key={row.source.source}>
                <th scope="row" title={row.source.source}>
                  {row.source.kind}{' '}
                  <span className="ledger-who">{row.source.participant ? shortId(row.source.participant) : 'withdrawn'}</span>
                </th>
                {row.cells.map((cell, c) => {
                  const bin = bins[c] as Bin;
                  const text = describeCell(row.label, bin, cell);
                  return (
                    // biome-ignore lint/a11y/useKeyWithClickEvents: Enter is taken by the grid
                    <td
                      key={bin.key}
                      data-at={`${r} ${c}`}
                      tabIndex={
                        (at[0] === r && at[1] === c) || (r === 0 && c === 0 && (at[0] >= rows.length || at[1] >= bins.length)) ? 0 : -1
                      }
                      className={`cell cell-${cell.state} shade-${shadeOf(cell.outcomes?.stored ?? 0, most)}${cell.outcomes?.quarantined ? ' cell-quarantined' : ''}`}
                      aria-label={text}
                      onMouseEnter={() => setShown(text)}
                      onFocus={() => {
                        setAt([r, c]);
                        setShown(text);
                      }}
                      onClick={() => (size === 'month' ? onMonth(bin) : setShown(text))}
                    />
                  );
                })}
              </tr>
            ))}
          </tbody>
        </table>
      </div>
      <p className="ledger-readout number" id={readout}>
        {shown ?? (size === 'month' ? 'Point at a month for its numbers; choose it to see its days.' : 'Point at a day for its numbers.')}
      </p>
    </>
  );
}

const steps: Record<string, [number, number]> = { ArrowLeft: [0, -1], ArrowRight: [0, 1], ArrowUp: [-1, 0], ArrowDown: [1, 0] };
const clamp = (value: number, length: number) => Math.max(0, Math.min(length - 1, value));

/** Names the month (or year) above the column in which it begins. */
function BinHeads({ bins, size }: { bins: readonly Bin[]; size: BinSize }) {
  const cut = size === 'day' ? 7 : 4;
  const groups: { key: string; span: number }[] = [];
  for (const bin of bins) {
    const key = bin.key.slice(0, cut);
    const open = groups.at(-1);
    if (open?.key === key) open.span += 1;
    else groups.push({ key, span: 1 });
  }
  return (
    <thead>
      <tr>
        <td />
        {groups.map((group) => (
          <th key={group.key} colSpan={group.span} scope="colgroup">
            {group.span > 2 ? group.key : <span className="unseen">{group.key}</span>}
          </th>
        ))}
      </tr>
    </thead>
  );
}
