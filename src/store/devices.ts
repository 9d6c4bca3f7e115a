import { createHash, randomBytes } from 'node:crypto';
import type { Transaction } from 'kysely';
import { AfferentError } from '../../schema/errors.ts';
import { now } from './clock.ts';
import type { Store } from './open.ts';
import { requireSource } from './sources.ts';
import type { Tables } from './tables.ts';

/** A device that may push to one source. */
export interface Device {
  id: string;
  study: string;
  participant: string;
  source: string;
  kind: string;
}

/** Only the hash is stored: who reads the database cannot push with what is there. */
function tokenHash(token: string): string {
  return createHash('sha256').update(token).digest('hex');
}

/** A new device of a source. Its token is given here and never again. @throws AfferentError `unknown-source` */
export async function addDevice(store: Store, study: string, source: string): Promise<{ id: string; token: string }> {
  const row = await requireSource(store, source);
  if (row.study !== study) throw new AfferentError('unknown-source');
  const id = `d_${randomBytes(10).toString('hex')}`;
  const token = `aff_${randomBytes(32).toString('base64url')}`;
  await store.db
    .insertInto('device')
    .values({ id, study, participant: row.participant, source, token_hash: tokenHash(token), created_at: now(), revoked_at: null })
    .execute();
  return { id, token };
}

/** Refuses the device from the next request on; revoking it again changes nothing. @throws AfferentError `unknown-device` */
export async function revokeDevice(store: Store, study: string, source: string, id: string): Promise<void> {
  const { numUpdatedRows } = await store.db
    .updateTable('device')
    .set((eb) => ({ revoked_at: eb.fn.coalesce('revoked_at', eb.val(now())) }))
    .where('id', '=', id)
    .where('study', '=', study)
    .where('source', '=', source)
    .executeTakeFirstOrThrow();
  if (numUpdatedRows === 0n) throw new AfferentError('unknown-device');
}

/** Refuses every device of the store. @returns how many were not refused before */
export async function revokeAllDevices(tx: Transaction<Tables>): Promise<number> {
  const { numUpdatedRows } = await tx
    .updateTable('device')
    .set({ revoked_at: now() })
    .where('revoked_at', 'is', null)
    .executeTakeFirstOrThrow();
  return Number(numUpdatedRows);
}

export interface DeviceRow {
  id: string;
  createdAt: string;
  revokedAt: string | null;
  /** When it last pushed something that was kept. */
  lastPushAt: string | null;
  pushes: number;
  /** How far its clock was ahead of ours at its last push, milliseconds; null where it never said. */
  lastSkewMs: number | null;
}

/** Devices of a source, oldest first. */
export async function listDevices(store: Store, source: string): Promise<DeviceRow[]> {
  const devices = await store.db
    .selectFrom('device')
    .selectAll()
    .where('source', '=', source)
    .orderBy('created_at')
    .orderBy('id')
    .execute();
  return Promise.all(devices.map((device) => withPushes(store, device)));
}

async function withPushes(store: Store, device: Tables['device']): Promise<DeviceRow> {
  const pushed = store.db.selectFrom('inbox').where('source', '=', device.source).where('device', '=', device.id);
  const { pushes } = await pushed.select((eb) => eb.fn.countAll<number>().as('pushes')).executeTakeFirstOrThrow();
  const last = await pushed.select(['received_ms', 'skew_ms']).orderBy('received_ms', 'desc').orderBy('id').limit(1).executeTakeFirst();
  return {
    id: device.id,
    createdAt: device.created_at,
    revokedAt: device.revoked_at,
    lastPushAt: last ? new Date(last.received_ms).toISOString() : null,
    pushes: Number(pushes),
    lastSkewMs: last?.skew_ms ?? null,
  };
}

/** Whose token this is. @throws AfferentError `device-refused` where it is nobody's, was revoked, or its participant has withdrawn */
export async function deviceOf(store: Store, token: string): Promise<Device> {
  const row = await store.db
    .selectFrom('device')
    .innerJoin('source', 'source.id', 'device.source')
    .select(['device.id', 'device.study', 'device.participant', 'device.source', 'source.kind'])
    .where('device.token_hash', '=', tokenHash(token))
    .where('device.revoked_at', 'is', null)
    .where('source.state', '<>', 'erased')
    .executeTakeFirst();
  if (!row) throw new AfferentError('device-refused');
  return row;
}
