import { randomUUID } from 'node:crypto';
import type { Mart } from '../mart/marts.ts';
import type { MartValue } from '../mart/protocol.ts';
import { csvLine } from '../mart/render.ts';

/** Every row of a query of ours, as the mart's process renders it: `objects` are JSON objects with commas between. */
export async function* martPieces(
  mart: Mart,
  { sql, values }: { sql: string; values: MartValue[] },
  form: 'csv' | 'objects',
): AsyncGenerator<string> {
  const id = randomUUID();
  mart.busy++;
  try {
    const columns = await mart.process.open(id, { sql, values, user: false, form });
    if (form === 'csv') yield csvLine(columns.map((column) => column.name));
    for (;;) {
      const piece = await mart.process.next(id);
      if (piece.done) return;
      yield piece.text;
    }
  } finally {
    mart.busy--;
    mart.usedAt = Date.now();
    mart.process.closeQuery(id);
  }
}
