import { describe, expect, it } from 'vitest';
import { RowSlicer } from './rows.ts';
import { PendingBytes } from './unit.ts';

describe('bytes of a unit', () => {
  const pieces = Array.from({ length: 500 }, (_, n) => Buffer.from(`${n},`));
  const whole = Buffer.concat(pieces);

  it('are the same in many pieces as in one', () => {
    const pending = new PendingBytes(1_000_000);
    for (const piece of pieces) pending.add(piece);
    expect(pending.length).toBe(whole.length);
    const unit = pending.take(Buffer.from('end'), 7);
    expect(unit).toEqual({ bytes: Buffer.concat([whole, Buffer.from('end')]), end: 7, tooLong: false });
    // What was taken stays as it was when the next unit begins.
    for (const piece of pieces) pending.add(Buffer.from(piece).fill(0));
    expect(unit.bytes.subarray(0, whole.length).equals(whole)).toBe(true);
    expect(pending.take(Buffer.alloc(0), 8).bytes.equals(Buffer.alloc(whole.length))).toBe(true);
  });

  it('beyond the limit are only their beginning', () => {
    const pending = new PendingBytes(100);
    for (const piece of pieces) pending.add(piece);
    expect(pending.take(Buffer.alloc(0), 9)).toEqual({ bytes: whole.subarray(0, 100), end: 9, tooLong: true });
  });

  it('of millions of tiny pieces take the memory of what is kept', () => {
    const pending = new PendingBytes(4 * 1024 * 1024);
    const before = process.memoryUsage();
    for (let n = 0; n < 2_000_000; n++) pending.add(Buffer.from(whole.buffer, whole.byteOffset + (n % 100), 1));
    const after = process.memoryUsage();
    expect(pending.length).toBe(2_000_000);
    expect(after.rss - before.rss).toBeLessThan(150 * 1024 * 1024);
  });

  it('are no row where there is only a line end, in whatever pieces', () => {
    const bytes = Buffer.from('\n\n\r\n"a\n\n",1\n\r\r\nb\n\n');
    for (const cut of bytes.keys()) {
      const slicer = new RowSlicer();
      const rows = [...slicer.push(bytes.subarray(0, cut)), ...slicer.push(bytes.subarray(cut)), ...slicer.end()];
      expect(rows.map((row) => [row.bytes.toString(), row.end])).toEqual([
        ['"a\n\n",1\n', 12],
        ['b\n', 17],
      ]);
    }
  });
});
