import { describe, expect, it } from 'vitest';
import { momentFrom } from './time.ts';
import { Zone } from './zones.ts';

describe('times as sources write them', () => {
  it.each([
    ['2024-03-05T09:12:00+01:00', '2024-03-05T08:12:00.000Z', 60],
    ['2024-03-05 09:12:00 -0730', '2024-03-05T16:42:00.000Z', -450],
    ['2024-03-05T09:12Z', '2024-03-05T09:12:00.000Z', 0],
    ['2024-03-05T09:12:00.1239Z', '2024-03-05T09:12:00.123Z', 0],
    ['2016-12-31T23:59:60Z', '2017-01-01T00:00:00.000Z', 0],
    ['Wed Oct 10 20:19:24 +0000 2018', '2018-10-10T20:19:24.000Z', 0],
  ])('%s states its offset', (text, utc, offset) => {
    expect(momentFrom(text, 'Europe/Berlin')).toMatchObject({ utc, offset, zone: 'stated' });
  });

  it.each([
    [1709712000, '2024-03-06T08:00:00.000Z'],
    ['1709712000.5', '2024-03-06T08:00:00.500Z'],
    [1709712000123, '2024-03-06T08:00:00.123Z'],
    ['2024-03-06 08:00:00', '2024-03-06T08:00:00.000Z'],
    ['2024-03-06', '2024-03-06T00:00:00.000Z'],
  ])('%s states no zone', (value, utc) => {
    expect(momentFrom(value, null)).toEqual({ utc, offset: null, zone: 'unknown', day: '2024-03-06' });
  });

  it.each([
    ...['', 'yesterday', '2024-02-30', '2024-13-01', '2024-01-01T24:00', '2024-01-01T10:00+19:00', '20240131', '12', '0000-01-01'],
    ...[null, undefined, true, {}, Number.NaN, 1e20, -1],
  ])('%s is no time', (value) => {
    expect(momentFrom(value, null)).toBeNull();
  });

  it('reads a wall clock in the declared zone, on days of clock change too', () => {
    const utc = (text: string) => momentFrom(text, 'Europe/Berlin')?.utc;
    expect(utc('2024-03-31 01:59')).toBe('2024-03-31T00:59:00.000Z');
    // There is no half past two that night: an hour later it is.
    expect(utc('2024-03-31 02:30')).toBe('2024-03-31T01:30:00.000Z');
    expect(utc('2024-03-31 03:00')).toBe('2024-03-31T01:00:00.000Z');
    // It is half past two twice: the first time counts.
    expect(utc('2024-10-27 02:30')).toBe('2024-10-27T00:30:00.000Z');
    expect(utc('2024-10-27 03:00')).toBe('2024-10-27T02:00:00.000Z');
    expect(momentFrom(1711846800, 'America/New_York')).toMatchObject({ offset: -240, zone: 'declared', day: '2024-03-30' });
  });

  it('keeps the day of the place, not of Greenwich', () => {
    expect(momentFrom('2024-01-01T00:30:00+05:45', null)).toMatchObject({ utc: '2023-12-31T18:45:00.000Z', day: '2024-01-01' });
  });

  it('knows no zone that is none', () => {
    expect(() => new Zone('Europe/Atlantis')).toThrow(expect.objectContaining({ code: 'usage' }));
  });
});
