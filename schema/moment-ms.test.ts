import fc from 'fast-check';
import { expect, it } from 'vitest';
import { momentMs } from './moment-ms.ts';

it('reads every moment as Date.parse does', () => {
  const texts = [
    ...['2026-01-31T24:00:00.000Z', '2026-01-31T24:00:00.001Z', '2026-02-30T10:00:00.000Z', '2026-13-01T10:00:00.000Z'],
    ...['2026-01-31T12:60:00.000Z', '2026-01-31T12:00:0a.000Z', '2026-01-31T12:00:00,000Z', '2026-01-31 12:00:00.000Z', '', 'no time'],
    ...['2026-01-31T12:00:00Z', '2026-01-31T12:00:00.000+', '2026-01-3\u0661T12:00:00.000Z', '2026-1-311T12:00:00.000Z'],
  ];
  for (const text of texts) expect([text, momentMs(text)]).toEqual([text, Date.parse(text)]);
  const moments = fc.date({ min: new Date('0000-01-01T00:00:00.000Z'), max: new Date('9999-12-31T23:59:59.999Z'), noInvalidDate: true });
  fc.assert(fc.property(moments, (date) => momentMs(date.toISOString()) === date.getTime()));
});

it('reads a text with any one character changed as Date.parse does', () => {
  const place = fc.integer({ min: 0, max: 23 });
  const sign = fc.constantFrom(...'0123456789TZ:.-+ a/');
  fc.assert(
    fc.property(place, sign, (at, other) => {
      const text = '2026-01-31T12:34:56.789Z';
      const changed = text.slice(0, at) + other + text.slice(at + 1);
      expect(momentMs(changed)).toEqual(Date.parse(changed));
    }),
    { numRuns: 500 },
  );
});
