import { describe, expect, it } from 'vitest';
import { contextOf } from '../testing/read-all.ts';
import { Clock } from './clock.ts';
import { addNumber, numberFrom, sampleOutcome, type Values } from './measurements.ts';

describe('a number larger than numbers can be', () => {
  it.each([['1e999'], ['-1e309'], [Number.POSITIVE_INFINITY], [`1${'0'.repeat(400)}`]])('is none: %s', (written) => {
    expect(numberFrom(written)).toBeNaN();
  });

  it('is no value once it is converted', () => {
    const values: Values = {};
    addNumber(values, 'a', '1e308', 'm', (value) => value * 1000);
    addNumber(values, 'b', '1e308', 'm');
    expect(values).toEqual({ b: { value: 1e308, unit: 'm' } });
    const clock = new Clock(contextOf());
    const given = { signal: 'distance', unit: 'm', device: 'x', time: clock.at('2024-03-01T10:00:00Z'), value: '1e308' };
    expect(sampleOutcome(clock, given)).toMatchObject({ is: 'sample', sample: { value: 1e308 } });
    expect(sampleOutcome(clock, { ...given, convert: (value) => value * 1000 })).toMatchObject({ is: 'quarantined', reason: 'bad-value' });
  });
});
