import { AfferentError } from '../../schema/errors.ts';
import type { Store } from './open.ts';
import { openRaw } from './quarantine.ts';

/** A quarantined unit: where it stands, why, and how much of it is kept. */
export interface QuarantinedUnit {
  id: string;
  source: string;
  kind: string;
  participant: string;
  batch: string;
  reason: string;
  field: string | null;
  part: number;
  unit: number;
  position: number;
  units: number;
  day: string | null;
  bytes: number;
  /** Whether it can be read again by itself. */
  replayable: boolean;
  /** Its kept bytes as text, where they were asked for; bytes that are no UTF-8 as U+FFFD. */
  text: string | null;
}

/** One quarantined unit; its text only on demand. @throws AfferentError `not-found` */
export async function quarantinedUnit(store: Store, study: string, id: string, withText: boolean): Promise<QuarantinedUnit> {
  const row = await store.db
    .selectFrom('quarantine')
    .innerJoin('source', 'source.id', 'quarantine.source')
    .selectAll('quarantine')
    .select('source.kind')
    .where('quarantine.study', '=', study)
    .where('quarantine.id', '=', id)
    .executeTakeFirst();
  if (!row) throw new AfferentError('not-found');
  const raw = openRaw(await store.keys.key(row.participant), row);
  const { source, kind, participant, batch, reason, field, part, unit, position, units } = row;
  const replayable = raw.length > 0 && (row.frame !== null || reason === 'reader-killed') && reason !== 'line-too-long';
  const text = withText ? raw.toString('utf8') : null;
  return {
    id,
    source,
    kind,
    participant,
    batch,
    reason,
    field,
    part,
    unit,
    position,
    units,
    day: row.day || null,
    bytes: raw.length,
    replayable,
    text,
  };
}
