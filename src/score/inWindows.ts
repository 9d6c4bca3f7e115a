/** How many rows are read ahead, and how large they may be together. */
export interface WindowLimits {
  rows: number;
  /** In the units of `weigh`. */
  weight: number;
}

/**
 * Reads rows in windows, works on two windows at a time (so that the threads have work while one is written), and
 * gives the results in the order of the rows. Held are never more rows than three windows: two at work, one read.
 */
export async function* inWindows<Row, Result>(
  rows: AsyncIterable<Row>,
  work: (window: Row[]) => Promise<Result[]>,
  weigh: (row: Row) => number,
  limits: WindowLimits,
): AsyncGenerator<Result[]> {
  const atWork: Promise<Result[]>[] = [];
  try {
    for await (const window of windowed(rows, weigh, limits)) {
      const results = work(window);
      // Awaited in its turn; a rejection until then must not count as unhandled.
      results.catch(() => {});
      atWork.push(results);
      const first = atWork.length === 2 ? atWork.shift() : undefined;
      if (first) yield await first;
    }
    for (const results of atWork.splice(0)) yield await results;
  } finally {
    await Promise.allSettled(atWork);
  }
}

async function* windowed<Row>(rows: AsyncIterable<Row>, weigh: (row: Row) => number, limits: WindowLimits): AsyncGenerator<Row[]> {
  let window: Row[] = [];
  let weight = 0;
  for await (const row of rows) {
    window.push(row);
    weight += weigh(row);
    if (window.length >= limits.rows || weight >= limits.weight) {
      yield window;
      window = [];
      weight = 0;
    }
  }
  if (window.length > 0) yield window;
}
