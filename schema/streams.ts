import { z } from 'zod';
import { count, time } from './api-common.ts';

/** Content types of a push; which of them a source takes is said by its kind. */
export const pushMedia = {
  ndjson: 'application/x-ndjson',
  json: 'application/json',
  csv: 'text/csv',
  chunks: 'application/vnd.afferent.chunks',
} as const;

/** What streams put into the inbox by themselves; no device may push these. */
export const feedMedia = {
  jetstream: 'application/vnd.afferent.jetstream',
  mastodon: 'application/vnd.afferent.mastodon-events',
} as const;

/** The answer to a push that is durable; a repeat of it gets the very same. */
export const Receipt = z.object({
  /** Id of what was received. */
  receipt: z.string(),
  source: z.string(),
  /** Bytes of the body, unpacked. */
  bytes: count,
  receivedAt: time,
  /** The sender's clock as it said, UTC, or null. */
  clientTime: time.nullable(),
  /** How far the sender's clock was ahead of ours, milliseconds; nothing is corrected by it. */
  skewMs: z.int().nullable(),
});
export type Receipt = z.infer<typeof Receipt>;

export const IngestParams = z.object({ source: z.string().max(64) });
export const ReceiptParams = IngestParams.extend({ receipt: z.string().max(64) });

/** What became of what a receipt stands for. */
export const ReceiptState = Receipt.extend({
  state: z.enum(['waiting', 'read', 'failed']),
  /** Null until its units are counted. */
  ledger: z.object({ received: count, stored: count, duplicate: count, quarantined: count, excluded: count, erased: count }).nullable(),
});
export type ReceiptState = z.infer<typeof ReceiptState>;

/** One page of a vendor's interface, and how to ask for the next. Names are of the vendor's JSON, with dots for paths. */
export const PollSettings = z.strictObject({
  url: z.url({ protocol: /^https?$/ }),
  /** Where the list of items stands; the whole answer by default. */
  items: z.string().default(''),
  /** Field of the answer that holds the token of the next page, and the parameter that takes it. A `Link` header with `rel="next"` serves too. */
  nextField: z.string().optional(),
  nextParam: z.string().optional(),
  /** Parameters that take the span to ask for, ISO dates. */
  fromParam: z.string().optional(),
  toParam: z.string().optional(),
  /** Days asked for again each time: vendors restate what they have said. */
  againDays: z.int().min(0).max(400).default(7),
  /** Days before the first poll that are asked for. */
  firstDays: z.int().min(0).max(4000).default(30),
  everySeconds: z.int().min(1).max(86_400).default(900),
  accessToken: z.string().optional(),
  oauth: z
    .strictObject({
      tokenUrl: z.url({ protocol: /^https?$/ }),
      clientId: z.string(),
      clientSecret: z.string().optional(),
      refreshToken: z.string(),
    })
    .optional(),
});
export type PollSettings = z.infer<typeof PollSettings>;

export const JetstreamSettings = z.strictObject({
  url: z.url({ protocol: /^wss?$/ }),
  did: z.string().regex(/^did:[a-z]+:[A-Za-z0-9._:%-]+$/),
});
export type JetstreamSettings = z.infer<typeof JetstreamSettings>;

export const MastodonSettings = z.strictObject({
  /** Address of the server, `https://…`; its streaming address is asked for where none is given. */
  url: z.url({ protocol: /^https?$/ }),
  streaming: z.url({ protocol: /^wss?$/ }).optional(),
  accessToken: z.string().min(1),
});
export type MastodonSettings = z.infer<typeof MastodonSettings>;

export type FeedSettings =
  | { form: 'jetstream'; settings: JetstreamSettings }
  | { form: 'mastodon'; settings: MastodonSettings }
  | { form: 'poll'; settings: PollSettings };
