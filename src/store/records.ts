import { momentMs } from '../../schema/moment-ms.ts';
import { StoredRecord } from '../../schema/records.ts';
import { canonicalJson } from './canonical.ts';
import { recordKey } from './deletions.ts';
import { seal, unseal } from './seal.ts';
import type { Owner } from './series.ts';
import type { Tables } from './tables.ts';

type RecordRow = Tables['record'];

/** A record as a row: its id names source, outside id, version and content, so that the same record is the same row. */
export function recordRow(owner: Owner, record: StoredRecord, maskingVersion: number): RecordRow {
  const clear = canonicalJson(record);
  const version = record.version ?? '';
  const contentKey = owner.hash('content', clear);
  const ownKey = recordKey(owner, owner.kind, record.type, record.id);
  const id = owner.hash('row', owner.source, ownKey, version, contentKey).slice(0, 32);
  const inputId =
    record.type === 'post' ? owner.hash('input', owner.participant, record.id, version, contentKey, String(maskingVersion)) : null;
  return {
    id,
    study: owner.study,
    participant: owner.participant,
    source: owner.source,
    batch: owner.batch,
    type: record.type,
    record_key: ownKey,
    version,
    content_key: contentKey,
    input_id: inputId,
    day: record.time.day,
    time_ms: momentMs(record.time.utc),
    body: seal(owner.key, `record|${id}`, clear),
  };
}

export function openRecord(key: Buffer, row: { id: string; body: Buffer }): StoredRecord {
  return StoredRecord.parse(JSON.parse(unseal(key, `record|${row.id}`, row.body).toString('utf8')));
}
