import type { AlertQueue } from '../../api/types.ts';
import { distance, Time } from '../../components/Time.tsx';

const long = 3_600_000;

/** Since when nobody had looked at the queue, before this page was opened. */
export function Watch({ watch }: { watch: AlertQueue['watch'] }) {
  if (!watch) {
    return (
      <p className="watch watch-long">
        <strong>▲ Nobody had watched this queue before you.</strong> While this page is open, you are watching it.
      </p>
    );
  }
  const now = Date.now();
  const unwatched = now - Date.parse(watch.seenAt) > long;
  return (
    <p className={unwatched ? 'watch watch-long' : 'watch'}>
      {unwatched ? <strong>▲ Nobody had watched since </strong> : 'Last watched '}
      <Time at={watch.seenAt} zone /> ({distance(watch.seenAt, now)}, by {watch.by}). While this page is open, you are watching it.
    </p>
  );
}
