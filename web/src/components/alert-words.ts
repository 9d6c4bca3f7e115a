import type { AlertDecision, AlertRow } from '../api/types.ts';
import type { Tone } from './Tag.tsx';

export const decisionNames: Record<AlertDecision, string> = {
  'no-action': 'No action needed',
  contacted: 'Participant contacted',
  referred: 'Referred to care',
  'emergency-services': 'Emergency services called',
  'false-alarm': 'False alarm',
};

export const stateTones: Record<AlertRow['state'], Tone> = { open: 'warn', claimed: 'accent', rated: 'accent', closed: 'plain' };
export const stateSigns: Record<AlertRow['state'], string> = { open: '●', claimed: '◐', rated: '◑', closed: '○' };

/** What has to be done next, by state. */
export const nextStep: Record<AlertRow['state'], string> = { open: 'claim', claimed: 'rate', rated: 'close', closed: '' };
