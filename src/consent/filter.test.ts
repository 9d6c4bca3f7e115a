import { describe, expect, it } from 'vitest';
import { Consent } from '../../schema/policy.ts';
import type { RegularBlock } from '../../schema/records.ts';
import type { Parsed } from '../../schema/source.ts';
import { consentDecision } from './filter.ts';

const time = { utc: '2024-03-05T12:00:00.000Z', offset: 0, zone: 'stated', day: '2024-03-05' } as const;
const shared = { units: 1, end: 10, day: time.day };

function post(audience: 'public' | 'followers' | 'direct' | 'unknown'): Parsed {
  const record = { type: 'post', id: '1', time, text: 'x', lang: null, kind: 'own', audience, conversation: null, version: null } as const;
  return { ...shared, is: 'record', record };
}

function sleep(endUtc: string): Parsed {
  const end = { ...time, utc: endUtc };
  const record = { type: 'event', id: '1', event: 'sleep', time, end, values: {}, device: null, version: null } as const;
  return { ...shared, is: 'record', record };
}

function block(seconds: number): Parsed {
  const values = new Float32Array(seconds * 4);
  const regular: RegularBlock = {
    ...{ signal: 'eda', unit: 'uS', device: 'E4', sessionMs: Date.parse(time.utc), rate: 4, channels: 1, offset: 0, values },
  };
  return { ...shared, units: values.length, is: 'block', block: regular };
}

const consent = (given: object): Consent => Consent.parse(given);

describe('consent', () => {
  it('keeps all but direct posts where nothing else was said', () => {
    expect(consentDecision(consent({}), post('public'))).toBeNull();
    expect(consentDecision(consent({}), post('unknown'))).toBeNull();
    expect(consentDecision(consent({}), post('direct'))).toBe('no-consent-audience');
    expect(consentDecision(consent({ audiences: ['direct'] }), post('direct'))).toBeNull();
    expect(consentDecision(consent({ audiences: ['public'] }), post('unknown'))).toBe('no-consent-audience');
  });

  it('knows kinds by their type, event and signal', () => {
    expect(consentDecision(consent({ kinds: ['post'] }), block(1))).toBe('no-consent-kind');
    expect(consentDecision(consent({ kinds: ['series'] }), block(1))).toBeNull();
    expect(consentDecision(consent({ kinds: ['eda'] }), block(1))).toBeNull();
    expect(consentDecision(consent({ kinds: ['signal:eda'] }), block(1))).toBeNull();
    expect(consentDecision(consent({ kinds: ['instrument:eda'] }), block(1))).toBe('no-consent-kind');
    expect(consentDecision(consent({ kinds: ['sleep'] }), sleep(time.utc))).toBeNull();
    expect(consentDecision(consent({ kinds: [] }), post('public'))).toBe('no-consent-kind');
  });

  it('keeps nothing from before or after, ends included', () => {
    const day = consent({ from: '2024-03-05T13:00:00+01:00', to: '2024-03-05T12:01:00Z' });
    expect(consentDecision(day, post('public'))).toBeNull();
    expect(consentDecision(consent({ from: '2024-03-05T12:00:00.001Z' }), post('public'))).toBe('before-consent');
    expect(consentDecision(consent({ to: '2024-03-05T12:00:00Z' }), post('public'))).toBe('after-consent');
    expect(consentDecision(day, sleep('2024-03-05T12:00:59.000Z'))).toBeNull();
    expect(consentDecision(day, sleep('2024-03-05T12:02:00.000Z'))).toBe('after-consent');
    expect(consentDecision(consent({ to: '2024-03-05T12:00:00Z' }), sleep('2024-03-05T11:00:00.000Z'))).toBe('after-consent');
    expect(consentDecision(day, block(60))).toBeNull();
    expect(consentDecision(day, block(61))).toBe('after-consent');
  });

  it('passes on what the source itself left out, and leaves the quarantine alone', () => {
    expect(consentDecision(consent({}), { ...shared, is: 'excluded', reason: 'repost' })).toBe('repost');
    const unreadable: Parsed = { ...shared, is: 'quarantined', reason: 'not-json', raw: Buffer.from('{') };
    expect(consentDecision(consent({ kinds: [] }), unreadable)).toBeNull();
  });
});
