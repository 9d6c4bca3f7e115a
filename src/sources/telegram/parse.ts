import type { ParseContext, Parsed } from '../../../schema/source.ts';
import { DriftOnce } from '../reading/drift.ts';
import { fieldsOf, identifier } from '../reading/json-unit.ts';
import { namesNoted } from '../reading/listed-names.ts';
import { nestedUnits } from '../reading/nested-units.ts';
import { quarantined } from '../reading/quarantine.ts';
import type { Unit } from '../reading/unit.ts';
import { knownFields } from './known-fields.ts';
import { type Chat, settleMessage } from './message.ts';
import { ownerOf } from './owner.ts';
import { factPaths, messagePaths } from './places.ts';

/** Messages of `result.json`. Where it is not known who the participant is, all are quarantined without content. */
export function parseResult(chunks: AsyncIterable<Buffer>, context: ParseContext): AsyncGenerator<Parsed> {
  const drift = new DriftOnce(context);
  let owner = ownerOf(undefined, context.account);
  let chat: Chat = newChat();
  let hasMessages = false;
  let chatName: unknown;
  const noteNames = namesNoted(context);
  const learn = (path: string, value: unknown): void => {
    if (path === 'personal_information') {
      owner = ownerOf(value, context.account);
      return;
    }
    // What was known was of the chat before.
    if (path.endsWith('name')) {
      chatName = value;
      return;
    }
    // Groups and channels are called what they like; a chat with one person has their name.
    if (path.endsWith('type') && value === 'personal_chat') noteNames(chatName);
    if (hasMessages) chat = newChat();
    hasMessages = false;
    chat = path.endsWith('id') ? { ...chat, id: identifier(value) } : { ...chat, type: identifier(value) };
  };
  const settle = (unit: Unit): Parsed => {
    hasMessages = true;
    if (owner.isOther) return quarantined({ ...unit, bytes: Buffer.alloc(0) }, 'wrong-participant');
    if (owner.isUnknown) return quarantined({ ...unit, bytes: Buffer.alloc(0) }, 'no-account');
    const read = fieldsOf(unit);
    if ('fault' in read) return read.fault;
    noteNames(read.fields.from, read.fields.actor, read.fields.members, read.fields.forwarded_from);
    for (const name of Object.keys(read.fields)) if (!knownFields.has(name)) drift.note('unknown-field', name);
    return settleMessage(unit, read.fields, chat, owner, context);
  };
  return nestedUnits(chunks, { units: messagePaths, facts: factPaths }, settle, learn);
}

function newChat(): Chat {
  return { id: null, type: null, topics: new Set() };
}
