import { describe, expect, it } from 'vitest';
import { inWindows } from './inWindows.ts';

async function* numbers(n: number, onRead: (k: number) => void): AsyncGenerator<number> {
  for (let k = 0; k < n; k++) {
    onRead(k);
    yield k;
  }
}

describe('rows in windows', () => {
  it('come back in order, with never more than three windows read and not yet given', async () => {
    let read = 0;
    let given = 0;
    let ahead = 0;
    const rows = numbers(3_000, () => {
      read += 1;
      ahead = Math.max(ahead, read - given);
    });
    // The later a window is asked for, the sooner it is done: order must not hang on who is first.
    const work = async (window: number[]) => {
      for (let turn = 0; turn < 3_000 - (window[0] ?? 0); turn += 100) await Promise.resolve();
      return window.map((k) => k * 2);
    };
    const seen: number[] = [];
    for await (const results of inWindows(rows, work, () => 1, { rows: 100, weight: 1_000 })) {
      seen.push(...results);
      given += results.length;
    }
    expect(seen).toEqual(Array.from({ length: 3_000 }, (_, k) => k * 2));
    expect(ahead).toBeLessThanOrEqual(300);
  });

  it('are closed early where they weigh much', async () => {
    const sizes: number[] = [];
    const work = async (window: number[]) => window;
    for await (const results of inWindows(
      numbers(10, () => {}),
      work,
      () => 40,
      { rows: 100, weight: 100 },
    ))
      sizes.push(results.length);
    expect(sizes).toEqual([3, 3, 3, 1]);
  });

  it('pass on what went wrong, after the windows before it', async () => {
    const work = async (window: number[]) => {
      if (window.includes(5)) throw new Error('stop');
      return window;
    };
    const seen: number[] = [];
    const reading = async () => {
      for await (const results of inWindows(
        numbers(8, () => {}),
        work,
        () => 1,
        { rows: 2, weight: 100 },
      ))
        seen.push(...results);
    };
    await expect(reading()).rejects.toThrow('stop');
    expect(seen).toEqual([0, 1, 2, 3]);
  });
});
