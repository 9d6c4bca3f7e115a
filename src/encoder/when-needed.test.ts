import { expect, test } from 'vitest';
import { whenNeeded } from './when-needed.ts';

test('is opened once and released; what could not be opened is tried again, and leaves nothing to release', async () => {
  const done: string[] = [];
  const opened = { release: async () => void done.push('released') };
  const refuse = () => Promise.reject(new Error('no memory'));
  const tries = [refuse, async () => opened];
  const one = whenNeeded(() => {
    done.push('opened');
    return tries.shift()?.() ?? Promise.reject(new Error('opened too often'));
  });
  await one.release();
  await expect(one.get()).rejects.toThrow('no memory');
  await one.release();
  expect([await one.get(), await one.get()]).toEqual([opened, opened]);
  await one.release();
  expect(done).toEqual(['opened', 'opened', 'released']);

  const other = whenNeeded(refuse);
  const meanwhile = await Promise.allSettled([other.get(), other.release()]);
  expect(meanwhile.map(({ status }) => status)).toEqual(['rejected', 'fulfilled']);
});
