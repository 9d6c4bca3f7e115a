const whole = new Intl.NumberFormat('en-GB');
const rough = new Intl.NumberFormat('en-GB', { maximumSignificantDigits: 3 });

export const formatCount = (count: number) => whole.format(count);

/** A value with three significant digits: a score claims no more. */
export const formatValue = (value: number) => rough.format(value);

export function Count({ of }: { of: number | null | undefined }) {
  if (of === null || of === undefined) return <span className="muted">–</span>;
  return <span className={of === 0 ? 'number muted' : 'number'}>{formatCount(of)}</span>;
}

const units = ['B', 'KB', 'MB', 'GB', 'TB'];

export function formatBytes(bytes: number): string {
  let size = bytes;
  let unit = 0;
  while (size >= 1000 && unit < units.length - 1) {
    size /= 1000;
    unit += 1;
  }
  return `${unit === 0 ? size : size.toFixed(size < 10 ? 1 : 0)} ${units[unit]}`;
}
