import { createHash } from 'node:crypto';
import { expect, test } from 'vitest';
import { KeysWritten } from './keys-written.ts';

const keyOf = (i: number) => createHash('sha256').update(String(i)).digest('hex');

test('knows every key that was written, and takes hardly any other for one', () => {
  const keys = new KeysWritten();
  let mistaken = 0;
  for (let i = 0; i < 100_000; i++) if (!keys.add(keyOf(i))) mistaken++;
  expect(mistaken).toBeLessThan(10);
  for (let i = 0; i < 100_000; i++) expect(keys.add(keyOf(i))).toBe(false);
});
