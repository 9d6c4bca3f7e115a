const whole = new Intl.DateTimeFormat('en-GB', { dateStyle: 'medium', timeStyle: 'medium', timeZone: 'UTC' });
const short = new Intl.DateTimeFormat('en-GB', {
  day: 'numeric',
  month: 'short',
  year: 'numeric',
  hour: '2-digit',
  minute: '2-digit',
  timeZone: 'UTC',
});

/** A moment in UTC. The page says so beside its tables; where a time stands alone, `zone` does. */
export function Time({ at, none = '–', zone = false }: { at: string | null | undefined; none?: string; zone?: boolean }) {
  if (!at) return <span className="muted">{none}</span>;
  const moment = new Date(at);
  if (Number.isNaN(moment.getTime())) return <span>{at}</span>;
  return (
    <time className="number" dateTime={at} title={`${whole.format(moment)} UTC`}>
      {short.format(moment)}
      {zone ? <span className="muted small"> UTC</span> : null}
    </time>
  );
}

const steps: [number, string][] = [
  [86_400_000, 'd'],
  [3_600_000, 'h'],
  [60_000, 'min'],
];

/** Distance between two moments in words, such as `in 3 h` or `2 d ago`. */
export function distance(at: string, now: number): string {
  const gap = new Date(at).getTime() - now;
  const size = Math.abs(gap);
  for (const [length, name] of steps) {
    if (size >= length) {
      const count = Math.floor(size / length);
      return gap < 0 ? `${count} ${name} ago` : `in ${count} ${name}`;
    }
  }
  return gap < 0 ? 'just now' : 'in less than a minute';
}
