import type { ParseContext, Parsed } from '../../../schema/source.ts';
import { DriftOnce, noteTypes, noteUnknown } from '../reading/drift.ts';
import { fieldsOf, isFields } from '../reading/json-unit.ts';
import { nestedUnits } from '../reading/nested-units.ts';
import { quarantined } from '../reading/quarantine.ts';
import type { Unit } from '../reading/unit.ts';
import { settleActivity } from './activity.ts';
import { type Actor, isAccount } from './actor.ts';
import { knownActivities, knownFields, knownTypes } from './known-fields.ts';
import { activityPaths } from './places.ts';

/** Activities of an outbox. Where another account was declared than `actor.json` names, all are quarantined without content. */
export function parseOutbox(chunks: AsyncIterable<Buffer>, actor: Actor, context: ParseContext): AsyncGenerator<Parsed> {
  const drift = new DriftOnce(context);
  const isOther = context.account !== null && actor.id !== null && !isAccount(context.account, actor.id, actor.username);
  return nestedUnits(chunks, { units: activityPaths, facts: [] }, (unit) => {
    if (isOther) return quarantined(withoutContent(unit), 'wrong-participant');
    const read = fieldsOf(unit);
    if ('fault' in read) return read.fault;
    const { type, object } = read.fields;
    if (typeof type === 'string' && !knownActivities.has(type)) drift.note('unknown-field', type);
    if (isFields(object)) {
      noteUnknown(drift, object, knownFields);
      noteTypes(drift, object, knownTypes);
    }
    return settleActivity(unit, read.fields, actor, context);
  });
}

function withoutContent(unit: Unit): Unit {
  return { ...unit, bytes: Buffer.alloc(0) };
}
