import { expect, test } from 'vitest';
import type { CompletenessDay } from '../../schema/completeness.ts';
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
