import { expect, test } from 'vitest';
import type { LedgerDay, LedgerSource } from '../../api/types.ts';
import { binsBetween, cellsOf, dayCount, shadeOf } from './bins.ts';

const day = (name: string, stored: number, quarantined = 0): LedgerDay => ({
  day: name,
  batches: 1,
  received: stored + quarantined,
  stored,
  quarantined,
  duplicate: 0,
  excluded: 0,
  erased: 0,
});
const source: LedgerSource = {
  source: 's_1',
  kind: 'posts',
  participant: 'p_1',
  firstDay: '2024-02-28',
  lastDay: '2024-03-02',
  totals: { received: 9, stored: 8, duplicate: 0, quarantined: 1, excluded: 0, erased: 0 },
  days: [day('2024-02-28', 3), day('2024-03-02', 5, 1)],
  missing: [{ from: '2024-02-29', to: '2024-03-01', days: 2 }],
};

test('every day has a column, the leap day and the days of clock change too', () => {
  expect(binsBetween('2024-02-28', '2024-03-01', 'day').map((bin) => bin.key)).toEqual(['2024-02-28', '2024-02-29', '2024-03-01']);
  expect(dayCount('2026-03-28', '2026-03-30')).toBe(3);
});

test('months run to their last day', () => {
  expect(binsBetween('2023-12-31', '2024-02-01', 'month')).toEqual([
    { key: '2023-12', first: '2023-12-01', last: '2023-12-31' },
    { key: '2024-01', first: '2024-01-01', last: '2024-01-31' },
    { key: '2024-02', first: '2024-02-01', last: '2024-02-29' },
  ]);
});

test('a day on which nothing came between two that have something is missing; before and after is outside', () => {
  const cells = cellsOf(source, binsBetween('2024-02-27', '2024-03-03', 'day'), 'day');
  expect(cells.map((cell) => cell.state)).toEqual(['outside', 'whole', 'missing', 'missing', 'whole', 'outside']);
  expect(cells[4]?.outcomes).toMatchObject({ received: 6, stored: 5, quarantined: 1 });
});

test('a month that lacks days is partial and says how many', () => {
  const cells = cellsOf(source, binsBetween('2024-02-01', '2024-03-31', 'month'), 'month');
  expect(cells.map((cell) => [cell.state, cell.missingDays, cell.outcomes?.stored])).toEqual([
    ['partial', 1, 3],
    ['partial', 1, 5],
  ]);
});

test('shades go by order of magnitude, and nothing stored has a shade of its own', () => {
  expect([0, 1, 9, 99, 10_000].map((stored) => shadeOf(stored, 10_000))).toEqual([0, 1, 1, 2, 4]);
  expect(shadeOf(1, 1)).toBe(4);
});
