import fc from 'fast-check';
import { expect, it } from 'vitest';
import { SamplesSeen } from './samples-seen.ts';

it('knows samples again in whatever order they come', () => {
  const few = fc.constantFrom(0, -0, 1, 2, 3, 1.5, Number.NaN);
  fc.assert(
    fc.property(fc.array(fc.tuple(few, few, few), { maxLength: 60 }), (samples) => {
      const seen = new SamplesSeen();
      const names = new Set<string>();
      for (const [start, end, value] of samples) {
        const name = `${start},${end},${value}`;
        expect(seen.add(start, end, value)).toBe(!names.has(name));
        names.add(name);
        expect(seen.size).toBe(names.size);
      }
    }),
  );
});
