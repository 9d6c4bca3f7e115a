import type { Consent } from '../../schema/policy.ts';
import type { ExclusionReason, Parsed } from '../../schema/source.ts';

/**
 * Why an item must not be kept under a participant's consent, or null when it may. Times are compared with the record's own
 * time, not with its arrival. What could not be read is kept in quarantine: it shows no kind, audience or time to judge by.
 */
export function consentDecision(consent: Consent, item: Parsed): ExclusionReason | null {
  if (item.is === 'excluded') return item.reason;
  if (item.is === 'quarantined') return null;
  if (consent.kinds && !consent.kinds.includes(kindOf(item))) return 'no-consent-kind';
  if (item.is === 'record' && item.record.type === 'post' && !consent.audiences.includes(item.record.audience))
    return 'no-consent-audience';
  const atMs = timeOf(item);
  if (consent.from !== undefined && atMs < Date.parse(consent.from)) return 'before-consent';
  if (consent.to !== undefined && atMs >= Date.parse(consent.to)) return 'after-consent';
  return null;
}

type Readable = Exclude<Parsed, { is: 'excluded' } | { is: 'quarantined' }>;

function kindOf(item: Readable): string {
  if (item.is === 'record') return item.record.type;
  return item.is === 'sample' ? item.sample.signal : item.block.signal;
}

function timeOf(item: Readable): number {
  if (item.is === 'record') return Date.parse(item.record.time.utc);
  if (item.is === 'sample') return Date.parse(item.sample.time.utc);
  return item.block.sessionMs + (item.block.offset * 1000) / item.block.rate;
}
