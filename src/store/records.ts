import { StoredRecord } from '../../schema/records.ts';
import { unseal } from './seal.ts';

export function openRecord(key: Buffer, row: { id: string; body: Buffer }): StoredRecord {
  return StoredRecord.parse(JSON.parse(unseal(key, `record|${row.id}`, row.body).toString('utf8')));
}
