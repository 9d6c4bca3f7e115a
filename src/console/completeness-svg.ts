import type { Completeness, CompletenessDay, CompletenessSource } from '../../schema/completeness.ts';
import { breakWidth, DayColumns } from './day-columns.ts';

/** Sizes in pixels of the drawing. */
const [labelWidth, rowHeight, top, foot] = [250, 14, 44, 44];
const drawingWidth = 1200;

/** How each look is filled: a day that is missing is a hole, and shows the paper. */
const looks = {
  whole: { title: 'whole', fill: '#1f6f78' },
  most: { title: 'half or more', fill: '#6fb1b5' },
  some: { title: 'less than half', fill: '#c5dfe0' },
  quiet: { title: 'quiet', fill: '#e9e9e4' },
  missing: { title: 'missing', fill: 'url(#missing)' },
  'no-export-yet': { title: 'no export yet', fill: 'url(#waiting)' },
  withheld: { title: 'not consented, excluded or erased', fill: '#b9b2c9' },
  quarantined: { title: 'in quarantine', fill: '#d9a441' },
} as const;
type Look = keyof typeof looks;

/** Days of each source as a heat map. Runs of days that look alike are one rectangle; long stretches without anything are a mark. */
export function completenessSvg({ study, from, to, sources }: Completeness): string {
  const room = { all: drawingWidth, least: 0.5, most: 12 };
  const columns = from === null || to === null ? null : new DayColumns(from, to, sources, labelWidth, room);
  const right = columns?.right ?? labelWidth;
  const bottom = top + sources.length * rowHeight;
  const parts = [
    `<svg xmlns="http://www.w3.org/2000/svg" width="${round(Math.max(right + 20, 900))}" height="${bottom + foot}" font-family="system-ui, sans-serif" font-size="10">`,
    `<title>Completeness of ${escapeXml(study)}</title>`,
    patterns,
    '<rect width="100%" height="100%" fill="#fff"/>',
    `<text x="8" y="16" font-size="13" font-weight="600">Completeness of ${escapeXml(study)}</text>`,
  ];
  if (columns !== null) parts.push(...months(columns, bottom));
  for (const [row, source] of sources.entries()) parts.push(...drawSource(source, top + row * rowHeight, columns));
  if (columns !== null) parts.push(...breaks(columns, bottom));
  parts.push(...legend(bottom + 16), '</svg>');
  return `${parts.join('\n')}\n`;
}

const patterns = `<defs>
<pattern id="missing" width="4" height="4" patternUnits="userSpaceOnUse" patternTransform="rotate(45)"><rect width="4" height="4" fill="#fff"/><rect width="1.4" height="4" fill="#c8382c"/></pattern>
<pattern id="waiting" width="4" height="4" patternUnits="userSpaceOnUse"><rect width="4" height="4" fill="#fff"/><circle cx="2" cy="2" r="0.8" fill="#8a8a82"/></pattern>
</defs>`;

function drawSource(source: CompletenessSource, y: number, columns: DayColumns | null): string[] {
  const label = `${source.participant ?? 'withdrawn'} · ${source.kind}`;
  const parts = [`<text x="8" y="${y + 10}">${escapeXml(label)}</text>`];
  if (columns === null) return parts;
  for (const run of runsOf(source.days, columns)) {
    const words = run.from === run.to ? run.from : `${run.from} to ${run.to}`;
    parts.push(
      `<rect x="${round(run.x)}" y="${y + 1}" width="${round(run.days * columns.width)}" height="${rowHeight - 2}" fill="${looks[run.look].fill}"><title>${words}: ${run.words}</title></rect>`,
    );
  }
  return parts;
}

interface Run {
  look: Look;
  words: string;
  from: string;
  to: string;
  days: number;
  x: number;
}

/** Runs of days that look alike, as far as they are drawn and stand side by side. */
function runsOf(days: readonly CompletenessDay[], columns: DayColumns): Run[] {
  const runs: Run[] = [];
  for (const day of days) {
    const x = columns.x(day.day);
    if (x === null) continue;
    const look = lookOf(day);
    const words = day.cause === null ? day.state : `${day.state}, ${day.cause}`;
    const last = runs.at(-1);
    const isNext = last !== undefined && Math.abs(last.x + last.days * columns.width - x) < columns.width / 2;
    if (isNext && last.look === look && last.words === words) {
      last.to = day.day;
      last.days += 1;
    } else runs.push({ look, words, from: day.day, to: day.day, days: 1, x });
  }
  return runs;
}

function lookOf({ state, cause, expected, stored }: CompletenessDay): Look {
  if (state === 'whole' || state === 'quiet') return state;
  if (state === 'partial') return expected !== null && stored * 2 >= expected ? 'most' : 'some';
  if (cause === 'no-export-yet' || cause === 'quarantined') return cause;
  return cause === 'erased' || cause === 'not-consented' || cause === 'excluded' ? 'withheld' : 'missing';
}

/** A line and a name at the first of each month, or of each year where months would run together; a name behind each break too. */
function months(columns: DayColumns, bottom: number): string[] {
  const parts: string[] = [];
  const yearsOnly = columns.width * 30 < 34;
  const days = [...columns.drawn()];
  const behind = new Set(columns.breaks.map(({ x }) => round(x + breakWidth)));
  let labelEnd = 0;
  for (const [i, day] of days.entries()) {
    const x = round(columns.x(day) ?? 0);
    const isFirst = day.endsWith(yearsOnly ? '-01-01' : '-01');
    const begins = behind.has(x);
    if (!isFirst && !begins && i > 0) continue;
    parts.push(`<line x1="${x}" y1="${top - 4}" x2="${x}" y2="${bottom}" stroke="#d8d8d2"/>`);
    const name = yearsOnly && !begins ? day.slice(0, 4) : day.slice(0, 7);
    if (!isFirst && !begins && days.length >= 28) continue;
    const end = x + 2 + name.length * 6.5;
    // The name behind a break is worth more than those around it.
    if (x < labelEnd || (!begins && columns.breaks.some((one) => x < one.x && end > one.x + breakWidth))) continue;
    parts.push(`<text x="${x + 2}" y="${top - 8}" fill="#555">${name}</text>`);
    labelEnd = end;
  }
  return parts;
}

/** Where days are left out: a zigzag over all rows. */
function breaks(columns: DayColumns, bottom: number): string[] {
  return columns.breaks.map(({ from, to, days, x }) => {
    const [middle, points] = [x + breakWidth / 2, [] as string[]];
    for (let y = top - 6, i = 0; y <= bottom + 6; y += 4, i++) points.push(`${round(middle + (i % 2 === 0 ? -3 : 3))},${y}`);
    const words = `${from} to ${to}, ${days} days: nothing expected or received, left out`;
    return `<g class="break"><title>${words}</title><rect x="${round(x)}" y="${top - 6}" width="${breakWidth}" height="${bottom - top + 12}" fill="#fff"/><polyline points="${points.join(' ')}" fill="none" stroke="#8a8a82"/></g>`;
  });
}

function legend(y: number): string[] {
  let x = 8;
  return Object.values(looks).flatMap(({ title, fill }) => {
    const at = x;
    x += 32 + title.length * 6;
    return [
      `<rect x="${at}" y="${y}" width="12" height="12" fill="${fill}" stroke="#999" stroke-width="0.5"/>`,
      `<text x="${at + 16}" y="${y + 10}">${title}</text>`,
    ];
  });
}

function round(value: number): number {
  return Math.round(value * 100) / 100;
}

function escapeXml(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('"', '&quot;');
}
