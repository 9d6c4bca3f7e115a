import { errorTable } from '../../../../schema/errors.ts';
import type { AlertDetail } from '../../api/types.ts';
import { Time } from '../../components/Time.tsx';

const codeText = (code: string): string => (code in errorTable ? errorTable[code as keyof typeof errorTable].message : code);

export function Events({ events }: { events: AlertDetail['events'] }) {
  return (
    <ol className="events">
      {events.map((event) => (
        <li key={event.number}>
          <Time at={event.at} />
          <span>
            <strong>{event.event.replaceAll('-', ' ')}</strong>
            {event.actor ? ` · ${event.actor}` : ''}
            {event.code ? <span className="muted"> · {codeText(event.code)}</span> : null}
          </span>
        </li>
      ))}
    </ol>
  );
}
