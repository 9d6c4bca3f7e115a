import type { LedgerSource } from '../../api/types.ts';
import { formatCount } from '../Number.tsx';
import { shortId } from '../short-id.ts';
import type { Bin, Cell } from './bins.ts';

export const sourceLabel = (source: { kind: string; participant: string | null; source: string }) =>
  `${source.kind} · ${source.participant ? shortId(source.participant) : 'withdrawn'}`;

const outcomes = ['stored', 'duplicate', 'quarantined', 'excluded', 'erased'] as const;

/** The numbers of a cell as a sentence. */
export function describeCell(label: string, bin: Bin, cell: Cell): string {
  const where = `${label}, ${bin.key}: `;
  if (cell.state === 'outside') return `${where}outside the source’s first and last day`;
  if (!cell.outcomes) return `${where}missing, nothing received${cell.missingDays > 1 ? ` on ${cell.missingDays} days` : ''}`;
  const counted = cell.outcomes;
  const parts = outcomes.filter((name) => counted[name] > 0).map((name) => `${formatCount(counted[name])} ${name}`);
  const gaps = cell.missingDays > 0 ? `; ${cell.missingDays} days missing` : '';
  return `${where}${formatCount(counted.received)} received = ${parts.join(' + ')}${gaps}`;
}

export const missingDays = (source: LedgerSource) => source.missing.reduce((days, range) => days + range.days, 0);
