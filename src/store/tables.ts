/** Rows as the database holds them. `*_key` columns are keyed hashes (hex); `Buffer` columns are sealed with the participant's key. */
export interface OutcomeColumns {
  received: number;
  stored: number;
  duplicate: number;
  quarantined: number;
  excluded: number;
  erased: number;
}

export interface Tables {
  meta: { key: string; value: string };
  /** `models`: JSON list of names, the models of minutes and days that the study has chosen; null where it chose none. */
  study: { id: string; policy: string | null; created_at: string; models: string | null };
  participant: { id: string; study: string; consent: string; added_at: string };
  source: {
    id: string;
    study: string;
    /** Null once the participant has withdrawn. */
    participant: string | null;
    kind: string;
    /** Sealed SourceSettings: path, mapping, zone, account. */
    settings: Buffer | null;
    every_seconds: number | null;
    state: 'idle' | 'queued' | 'running' | 'failed' | 'erased';
    /** Workflow and run that reads the source now; one at a time. */
    holder: string | null;
    last_error: string | null;
    last_run_at: string | null;
    created_at: string;
  };
  batch: OutcomeColumns & {
    id: string;
    study: string;
    source: string;
    /** Sealed Arrival: path and form. Null after erasure. */
    arrival: Buffer | null;
    arrival_key: string;
    content_key: string;
    state: 'open' | 'done' | 'failed' | 'cancelled';
    error: string | null;
    cursor_part: number;
    cursor_unit: number;
    parts: number;
    bytes: number;
    arrived_at: string;
    closed_at: string | null;
  };
  /** `day` is the empty string where it cannot be known. */
  ledger: OutcomeColumns & { batch: string; day: string };
  outcome_reason: { batch: string; outcome: 'quarantined' | 'excluded' | 'erased'; reason: string; units: number };
  drift: {
    source: string;
    kind: string;
    name_key: string;
    name: Buffer;
    /** The arrival that it was last seen in. */
    batch: string;
    first_at: string;
    last_at: string;
    /** Arrivals in which it was seen. */
    arrivals: number;
    /** Version of the parser that last reported it. */
    parser: number;
    /** When a newer parser read an arrival to its end and did not report it. */
    cleared_at: string | null;
  };
  record: {
    id: string;
    study: string;
    participant: string;
    source: string;
    batch: string;
    type: 'post' | 'event' | 'self-report';
    record_key: string;
    /** ISO time of the source's version or export; the empty string where it states none. */
    version: string;
    /** The last version that stated the same again, later than `version`; null where none did. Which row is the newest goes by it. */
    stated_until: string | null;
    content_key: string;
    /** Posts only. */
    input_id: string | null;
    day: string;
    time_ms: number;
    /** Sealed StoredRecord as JSON. */
    body: Buffer;
  };
  series: {
    id: string;
    study: string;
    participant: string;
    source: string;
    batch: string;
    form: 'samples' | 'regular';
    signal: string;
    unit: string;
    /** Keyed hash of what names the stream: signal, unit, device and, where regular, session start and rate. */
    stream_key: string;
    day: string;
    start_ms: number;
    end_ms: number;
    session_ms: number | null;
    rate: number | null;
    channels: number;
    /** Regular: number of the first sample in the recording. Samples: number of the block within its day. */
    first: number;
    samples: number;
    content_key: string;
    /** Sealed; see series-codec. */
    body: Buffer;
  };
  /** A stretch of a participant's minutes or days, made of series and events as they stood; the id names all of them. */
  signal_table: {
    id: string;
    study: string;
    participant: string;
    /** The source that most of it came from; null where nothing is in it. */
    source: string | null;
    form: 'minutes' | 'days';
    /** Beginning of its first step with a value and end of its last one, UTC milliseconds or a wall clock as if it were. */
    from_ms: number;
    to_ms: number;
    /** Sealed; see signal-tables/codec. */
    body: Buffer;
  };
  /** What a model carried behind the first `stretches` of a participant's minutes or days; `place` is a keyed hash of them and the machine. */
  stream_state: { participant: string; model: string; stretches: number; place: string; body: Buffer };
  quarantine: {
    id: string;
    study: string;
    participant: string;
    source: string;
    batch: string;
    reason: string;
    field: string | null;
    part: number;
    unit: number;
    position: number;
    units: number;
    day: string;
    raw: Buffer;
    /** Sealed Frame; null where the unit cannot be read by itself. */
    frame: Buffer | null;
    /** Of the record that it would be, where its id could be read. */
    record_key: string | null;
  };
  /** What a part with quarantined units was to its parser; sealed. */
  quarantine_part: { batch: string; part: number; facts: Buffer };
  /** Names that exports list: contacts, members of chats. Sealed; masked in the view of texts. */
  listed_name: { participant: string; name_key: string; source: string; added_at: string; name: Buffer };
  /** Something that pushes to a source, by a token that is stored hashed. */
  device: {
    id: string;
    study: string;
    participant: string;
    source: string;
    token_hash: string;
    created_at: string;
    revoked_at: string | null;
  };
  /** A reader of somebody else's stream; see src/streams. */
  feed: {
    id: string;
    study: string;
    participant: string;
    source: string;
    form: 'jetstream' | 'mastodon' | 'poll';
    /** Sealed FeedSettings: address, tokens. */
    settings: Buffer;
    /** Sealed; committed with the frames before it. */
    cursor: Buffer | null;
    /** Arrivals so far: names each, and tells a stale reader from the one that goes on. */
    sequence: number;
    state: 'on' | 'off';
    last_error: string | null;
    connected_at: string | null;
    last_frame_at: string | null;
    /** Until when the other side asked to be left alone. */
    not_before: string | null;
    created_at: string;
  };
  /** What was pushed or came by a feed, until it has been read; the row stays as the receipt, its body goes. */
  inbox: {
    id: string;
    study: string;
    participant: string;
    source: string;
    device: string | null;
    feed: string | null;
    request_key: string | null;
    content_key: string;
    media: string;
    bytes: number;
    received_ms: number;
    /** The sender's clock as it said, ISO in UTC, and how far it was ahead of ours. */
    client_time: string | null;
    skew_ms: number | null;
    state: 'waiting' | 'read' | 'failed';
    batch: string | null;
    /** Sealed; null once every unit of it is in the ledger. */
    body: Buffer | null;
    /** How often its reading was begun. */
    tries: number;
  };
  /** Records that their source has deleted: versions no later than `at` are never stored again. */
  deletion: { source: string; record_key: string; at: string };
  /**
   * The order in which versions of a record were stated, where it was stated otherwise than before: its first version, number 0, has no
   * row. One that came back has another. `at` is the arrival's.
   */
  restatement: { source: string; record_key: string; number: number; record: string; at: string; stated: string | null };
  /** A span in which a feed may have missed something: the other side no longer remembered it. ISO in UTC. */
  feed_lapse: { source: string; from_at: string; to_at: string; noted_at: string };
  model: { id: string; name: string; version: string; thresholds_id: string; folder: string; kept_at: string };
  run: {
    id: string;
    study: string;
    number: number;
    state: 'running' | 'done' | 'failed' | 'cancelled';
    of_run: string | null;
    verify: number;
    /** JSON: { name, id, thresholds }[] */
    models: string;
    engine: 'native' | 'wasm';
    /** JSON Machine of the worker that finished it. */
    machine: string | null;
    inputs: number;
    started_at: string;
    finished_at: string | null;
    /** When the policy was held against its scores. */
    decided_at: string | null;
    /** JSON summary; no text, no scores. */
    result: string | null;
  };
  run_input: {
    run: string;
    ordinal: number;
    /** Null once the participant has withdrawn. */
    participant: string | null;
    model: string;
    /** Post: id of its record row. */
    record: string | null;
    /** Recording: JSON list of series row ids, frozen. */
    series: string | null;
    /** Minutes or days of a participant: JSON list of signal_table ids, frozen. */
    tables: string | null;
    input_id: string | null;
    state: 'pending' | 'scored' | 'failed' | 'erased' | 'identical' | 'drifted';
    error: string | null;
    /** Sealed details of a verification. */
    result: Buffer | null;
  };
  score: {
    id: string;
    study: string;
    participant: string;
    source: string;
    run: string;
    record: string | null;
    input_id: string;
    model: string;
    head: string;
    grade: string;
    day: string;
    time_ms: number;
    end_ms: number;
    /** Sealed JSON ScoreValue. */
    value: Buffer;
  };
  decision: { id: string; score: string; participant: string; thresholds_id: string; value: Buffer };
  alert: {
    id: string;
    study: string;
    participant: string;
    /** JSON Policy, frozen. */
    policy: string;
    policy_name: string;
    state: 'open' | 'claimed' | 'rated' | 'closed';
    opened_at: string;
    /** How many people of the policy have been told. */
    told: number;
    due_at: string | null;
    claimed_by: string | null;
    claimed_at: string | null;
    closed_at: string | null;
    decision: string | null;
    last_mail: 'none' | 'sent' | 'failed';
  };
  alert_score: { alert: string; score: string; joined_at: string };
  alert_event: { alert: string; number: number; at: string; event: string; actor: string | null; code: string | null };
  rating: { id: string; alert: string; participant: string; by: string; at: string; state: 'draft' | 'given'; body: Buffer };
  watch: { study: string; seen_at: string; by: string };
  account: { name: string; password: string | null; created_at: string };
  role: { account: string; study: string; role: 'data-manager' | 'researcher' | 'reviewer' };
  sign_in_link: { token_hash: string; account: string; expires_ms: number };
  session: { token_hash: string; account: string; expires_ms: number };
  audit: { number: number; at: string; actor: string; action: string; study: string | null; object: string | null; hash: string };
}
