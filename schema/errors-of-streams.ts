/** What can go wrong where devices push and feeds are followed; part of the one table in `error-table.ts`. */
export const errorsOfStreams = {
  'device-refused': {
    exit: 2,
    status: 401,
    message: 'The token is missing, wrong or revoked.',
    hint: 'Keep what was not sent, and ask the lab for a new token.',
  },
  'media-not-taken': {
    exit: 2,
    status: 415,
    message: 'This source does not take this content type.',
    hint: 'The content types of each kind are in docs/streams.md.',
  },
  'body-too-large': { exit: 2, status: 413, message: 'The body is too large.', hint: 'Send smaller batches, of at most 8 MiB each.' },
  'body-empty': { exit: 2, status: 400, message: 'The body is empty.', hint: 'Send at least one unit.' },
  'bad-packing': {
    exit: 2,
    status: 400,
    message: 'The body is not gzip, though it says so.',
    hint: 'Leave out Content-Encoding, or pack it with gzip.',
  },
  'request-reused': {
    exit: 2,
    status: 409,
    message: 'This Idempotency-Key came with another body before.',
    hint: 'Use a new key for a new body.',
  },
  'inbox-full': {
    exit: 1,
    status: 429,
    message: 'More waits to be read than may wait.',
    hint: 'Keep the batch, and send it again after the seconds of Retry-After.',
  },
  'feed-refused': {
    exit: 1,
    status: 502,
    message: 'The other side refused the feed.',
    hint: 'Check its token with: afferent feed list STUDY',
  },
  'feed-down': { exit: 1, status: 502, message: 'The other side does not answer.', hint: 'It is tried again by itself.' },
  'feed-odd': {
    exit: 1,
    status: 502,
    message: 'The other side answered in a form that is not known.',
    hint: 'Check the address and the settings of the feed.',
  },
} as const;
