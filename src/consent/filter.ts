import { momentMs } from '../../schema/moment-ms.ts';
import type { Consent } from '../../schema/policy.ts';
import type { RegularBlock } from '../../schema/records.ts';
import type { ExclusionReason, Judged } from '../../schema/source.ts';

/**
 * Why an item must not be kept under a participant's consent, or null when it may. Times are compared with the record's own
 * time, not with its arrival: it must begin no earlier than `from` and be over by `to`. A block of samples is kept or left
 * out whole. What could not be read stays in quarantine: it shows no kind, audience or time to judge by.
 */
export function consentDecision(consent: Consent, item: Judged): ExclusionReason | null {
  if (item.is === 'excluded') return item.reason;
  if (item.is === 'quarantined' || item.is === 'deletion') return null;
  if (consent.kinds !== undefined) {
    const names = namesOf(item);
    if (!consent.kinds.some((kind) => names.includes(kind))) return 'no-consent-kind';
  }
  if (item.is === 'record' && item.record.type === 'post' && !consent.audiences.includes(item.record.audience))
    return 'no-consent-audience';
  if (consent.from === undefined && consent.to === undefined) return null;
  const { beginMs, endMs } = spanOf(item);
  if (consent.from !== undefined && beginMs < Date.parse(consent.from)) return 'before-consent';
  if (consent.to !== undefined && endMs >= Date.parse(consent.to)) return 'after-consent';
  return null;
}

type Kept = Exclude<Judged, { is: 'excluded' } | { is: 'quarantined' } | { is: 'deletion' }>;

/** What consent may call an item: its type, and the event, signal or instrument that it is; the last two also with that word before. */
function namesOf(item: Kept): string[] {
  if (item.is === 'block') return ['series', item.block.signal, `signal:${item.block.signal}`];
  if (item.is === 'sample') return ['series', item.sample.signal, `signal:${item.sample.signal}`];
  const { record } = item;
  if (record.type === 'post') return ['post'];
  const { type } = record;
  return type === 'self-report' ? [type, record.instrument, `instrument:${record.instrument}`] : [type, record.event];
}

/** First and last moment that an item speaks of, UTC milliseconds. */
function spanOf(item: Kept): { beginMs: number; endMs: number } {
  if (item.is === 'block') return spanOfBlock(item.block, item.units);
  if (item.is === 'sample') {
    const beginMs = momentMs(item.sample.time.utc);
    return { beginMs, endMs: Math.max(beginMs, item.sample.endMs) };
  }
  const { record } = item;
  const beginMs = momentMs(record.time.utc);
  const endMs = record.type !== 'event' || record.end === null ? beginMs : momentMs(record.end.utc);
  // Of an event that ends before it begins both times count, whichever is which.
  return { beginMs: Math.min(beginMs, endMs), endMs: Math.max(beginMs, endMs) };
}

function spanOfBlock(block: Omit<RegularBlock, 'values'>, samples: number): { beginMs: number; endMs: number } {
  const timeOf = (index: number): number => block.sessionMs + (index * 1000) / block.rate;
  return { beginMs: timeOf(block.offset), endMs: timeOf(block.offset + samples - 1) };
}
