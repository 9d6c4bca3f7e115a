import { expect, test } from 'vitest';
import type { CompletenessDay, CompletenessSource } from '../../schema/completeness.ts';
import { completenessSvg } from './completeness-svg.ts';

const none = { received: 0, stored: 0, duplicate: 0, quarantined: 0, excluded: 0, erased: 0 };

test('a day that is missing is a hole, and runs of days that look alike are one rectangle', () => {
  const day = (number: number, more: Partial<CompletenessDay>): CompletenessDay => {
    return { day: `2026-03-0${number}`, expected: 4, ...none, state: 'missing', cause: 'unknown', ...more };
  };
  const days = [
    day(1, { state: 'whole', cause: null, stored: 4 }),
    day(2, { state: 'whole', cause: null, stored: 5 }),
    day(3, {}),
    day(4, { state: 'partial', stored: 1 }),
    day(5, { cause: 'no-export-yet' }),
  ];
  const source = { source: 's', kind: 'fitbit', participant: 'p_<1>', rule: 'declared', from: '2026-03-01', to: '2026-03-05' } as const;
  const rest = { states: { whole: 2, partial: 1, missing: 2, quiet: 0 }, expected: 20, totals: none, undated: none, gaps: [], days };
  const svg = completenessSvg({ study: 'sleep', from: '2026-03-01', to: '2026-03-05', sources: [{ ...source, ...rest }] });
  const drawn = [...svg.matchAll(/<rect x="([\d.]+)" y="45" width="([\d.]+)" height="12" fill="([^"]+)"><title>([^<]+)/g)];
  expect(drawn.map(([, x, width, fill, words]) => [x, width, fill, words])).toEqual([
    ['250', '24', '#1f6f78', '2026-03-01 to 2026-03-02: whole'],
    ['274', '12', 'url(#missing)', '2026-03-03: missing, unknown'],
    ['286', '12', '#c5dfe0', '2026-03-04: partial, unknown'],
    ['298', '12', 'url(#waiting)', '2026-03-05: missing, no-export-yet'],
  ]);
  expect(svg).toContain('p_&lt;1>');
});

test('a long stretch in which nothing was expected or received is left out, with a mark; what lies in it is not drawn elsewhere', () => {
  const day = (name: string, received: number): CompletenessDay => {
    return { day: name, expected: null, ...none, received, stored: received, state: received > 0 ? 'whole' : 'quiet', cause: null };
  };
  const rest = { states: { whole: 1, partial: 0, missing: 0, quiet: 0 }, expected: null, totals: none, undated: none, gaps: [] };
  const sourceOf = (days: CompletenessDay[]) => {
    const [from, to] = [days[0]?.day ?? '', days.at(-1)?.day ?? ''];
    return { source: 's', kind: 'posts', participant: 'p', rule: 'observed', from, to, days, ...rest } as unknown as CompletenessSource;
  };
  const quiet = Array.from({ length: 200 }, (_, i) => day(new Date(Date.UTC(2012, 0, 2 + i)).toISOString().slice(0, 10), 0));
  const sources = [
    sourceOf([day('2012-01-01', 3), ...quiet, day('2012-07-20', 1)]),
    sourceOf([day('2024-03-01', 2), day('2024-03-02', 2)]),
  ];
  const svg = completenessSvg({ study: 'sleep', from: '2012-01-01', to: '2024-03-02', sources });
  expect(Number(/width="([\d.]+)"/.exec(svg)?.[1])).toBeLessThanOrEqual(900);
  const marks = [...svg.matchAll(/<g class="break"><title>([^<]+)</g)].map(([, words]) => words);
  expect(marks).toEqual([
    '2012-01-02 to 2012-07-19, 200 days: nothing expected or received, left out',
    '2012-07-21 to 2024-02-29, 4241 days: nothing expected or received, left out',
  ]);
  const names = [...svg.matchAll(/<text x="([\d.]+)" y="36"[^>]*>([^<]+)/g)].map(([, x, name]) => [x, name]);
  // Of names that would run over each other the first behind a break stays.
  expect(names).toEqual([['280', '2012-07']]);
  const drawn = [...svg.matchAll(/<rect x="([\d.]+)" y="\d+" width="([\d.]+)" height="12" fill="[^"]+"><title>([^<]+)/g)];
  expect(drawn.map(([, x, width, words]) => [x, width, words])).toEqual([
    ['250', '12', '2012-01-01: whole'],
    ['278', '12', '2012-07-20: whole'],
    ['306', '24', '2024-03-01 to 2024-03-02: whole'],
  ]);
});
