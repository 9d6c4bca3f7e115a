import type { Consent } from '../../schema/policy.ts';
import type { RegularBlock } from '../../schema/records.ts';
import type { ExclusionReason, Parsed } from '../../schema/source.ts';

/**
 * Why an item must not be kept under a participant's consent, or null when it may. Times are compared with the record's own
 * time, not with its arrival: it must begin no earlier than `from` and be over by `to`. A block of samples is kept or left
 * out whole. What could not be read stays in quarantine: it shows no kind, audience or time to judge by.
 */
export function consentDecision(consent: Consent, item: Parsed): ExclusionReason | null {
  if (item.is === 'excluded') return item.reason;
  if (item.is === 'quarantined' || item.is === 'deletion') return null;
  const { names, audience, beginMs, endMs } = factsOf(item);
  if (consent.kinds !== undefined && !consent.kinds.some((kind) => names.includes(kind))) return 'no-consent-kind';
  if (audience !== null && !consent.audiences.includes(audience)) return 'no-consent-audience';
  if (consent.from !== undefined && beginMs < Date.parse(consent.from)) return 'before-consent';
  if (consent.to !== undefined && endMs >= Date.parse(consent.to)) return 'after-consent';
  return null;
}

interface Facts {
  /** What consent may call it: its type, and the event or signal that it is. */
  names: string[];
  audience: Consent['audiences'][number] | null;
  beginMs: number;
  /** The last moment that it speaks of, UTC milliseconds. */
  endMs: number;
}

function factsOf(item: Exclude<Parsed, { is: 'excluded' } | { is: 'quarantined' } | { is: 'deletion' }>): Facts {
  if (item.is === 'block') return { names: ['series', item.block.signal], audience: null, ...spanOf(item.block) };
  if (item.is === 'sample') {
    const beginMs = Date.parse(item.sample.time.utc);
    return { names: ['series', item.sample.signal], audience: null, beginMs, endMs: Math.max(beginMs, item.sample.endMs) };
  }
  const { record } = item;
  const beginMs = Date.parse(record.time.utc);
  if (record.type === 'post') return { names: ['post'], audience: record.audience, beginMs, endMs: beginMs };
  if (record.type === 'self-report') return { names: ['self-report', record.instrument], audience: null, beginMs, endMs: beginMs };
  const endMs = record.end === null ? beginMs : Date.parse(record.end.utc);
  // Of an event that ends before it begins both times count, whichever is which.
  return { names: ['event', record.event], audience: null, beginMs: Math.min(beginMs, endMs), endMs: Math.max(beginMs, endMs) };
}

function spanOf(block: RegularBlock): { beginMs: number; endMs: number } {
  const timeOf = (index: number): number => block.sessionMs + (index * 1000) / block.rate;
  return { beginMs: timeOf(block.offset), endMs: timeOf(block.offset + block.values.length / block.channels - 1) };
}
