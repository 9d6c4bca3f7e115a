import { expect, test } from 'vitest';
import { pushBench } from '../../../bench/push.ts';

test('nothing that was acknowledged is lost when the server is killed in the middle', { timeout: 180_000 }, async () => {
  const figures = await pushBench({ devices: 12, seconds: 4, records: 4, pauseMs: 50 });
  expect(figures).toMatchObject({ lost: 0, repeated: 0, balanced: true, differentReceipts: 0 });
  // It was in fact killed and came back, and some pushes had to be tried again.
  expect([figures.acknowledged >= 24, figures.triedAgain > 0, figures.replays > 0]).toEqual([true, true, true]);
  expect(Number.isFinite(figures.backAfterMs)).toBe(true);
});
