/** The account that is read. */
export interface Own {
  id: string;
}

/** An event as it is kept, and what of it moves the cursor. */
export interface EventLine {
  line: string;
  statusId: string | null;
  /** How the addresses of the account's posts begin: a deletion names only the end. */
  prefix: string | null;
  /** Whether it says more than that something of others came. */
  matters: boolean;
}

type Fields = Readonly<Record<string, unknown>>;

/**
 * An event of the stream as a line. Posts and notifications of others are kept as nothing but that they came, so that each unit is
 * counted and none of their words is held, not even sealed.
 * @param at when it came, ISO; a deletion says no time of its own
 */
export function eventLine(frame: string, own: Own, prefix: string | null, at: string): EventLine {
  const event = fieldsOf(frame);
  const kind = typeof event?.event === 'string' ? event.event : null;
  if (event === null || kind === null) return alone({ event: 'odd' }, true);
  if (kind === 'update' || kind === 'status.update') {
    const status = typeof event.payload === 'string' ? fieldsOf(event.payload) : event.payload;
    return statusLine(status, own, kind);
  }
  if (kind === 'delete' && typeof event.payload === 'string') {
    return alone({ event: 'delete', id: event.payload, uri: prefix === null ? null : `${prefix}${event.payload}`, at }, true);
  }
  return alone({ event: 'other', kind: /^[a-z_.]{1,40}$/.test(kind) ? kind : 'unknown' });
}

/** A post as a line, of the stream or of the list of posts. */
export function statusLine(status: unknown, own: Own, event = 'update'): EventLine {
  if (!isFields(status)) return alone({ event: 'odd' }, true);
  const { account, reblog, id, uri } = status;
  if (!isFields(account) || account.id !== own.id) return alone({ event: 'other', kind: 'update' });
  const statusId = typeof id === 'string' && /^\d{1,30}$/.test(id) ? id : null;
  // What was boosted is somebody else's.
  if (reblog !== null && reblog !== undefined) {
    return { line: JSON.stringify({ event: 'reblog', created_at: status.created_at }), statusId, prefix: null, matters: true };
  }
  const prefix = statusId !== null && typeof uri === 'string' && uri.endsWith(`/${statusId}`) ? uri.slice(0, -statusId.length) : null;
  return { line: JSON.stringify({ event, status }), statusId, prefix, matters: true };
}

function alone(fields: Fields, matters = false): EventLine {
  return { line: JSON.stringify(fields), statusId: null, prefix: null, matters };
}

function fieldsOf(text: string): Fields | null {
  try {
    const value: unknown = JSON.parse(text);
    return isFields(value) ? value : null;
  } catch {
    return null;
  }
}

function isFields(value: unknown): value is Fields {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
