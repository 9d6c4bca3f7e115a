import { expect, test } from 'vitest';
import { conversionOf } from './units.ts';

test('a mole is one, with however many digits its mass is written', () => {
  const millimoles = { unit: 'mmol/L', factor: 1, offset: 0 };
  for (const unit of ['mmol<180.1558800000541>/L', 'mmol<180.15588000005408>/L', 'mmol/L']) expect(conversionOf(unit)).toEqual(millimoles);
  expect(conversionOf('mmol<x>/L')).toBeNull();
});
