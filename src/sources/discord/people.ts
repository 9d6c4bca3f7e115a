import { baseName, type Entry } from '../reading/container.ts';
import { isFields } from '../reading/json-unit.ts';
import { smallJson } from '../reading/small-json.ts';

/** How a package in English names a channel between two people: `Direct Message with lea_k#0`. */
const DIRECT = /^Direct Message with (.+)$/;

/** Names of people that a package lists: the account's relations in `user.json`, and who is written to in the index of messages. */
export async function readPeople(entries: readonly Entry[]): Promise<string[]> {
  const names: unknown[] = [];
  for (const entry of entries) {
    const base = baseName(entry.name);
    if (base === 'user.json') names.push(...relations(await smallJson(entry)));
    else if (base === 'index.json') names.push(...addressed(await smallJson(entry)));
  }
  const texts = names.filter((name): name is string => typeof name === 'string' && name.trim() !== '');
  return [...new Set(texts.map((name) => name.trim().replace(/#\d{1,4}$/, '')))];
}

function relations(user: unknown): unknown[] {
  if (!isFields(user) || !Array.isArray(user.relationships)) return [];
  return user.relationships.flatMap((relation: unknown) => {
    if (!isFields(relation)) return [];
    const { nickname, user: other } = relation;
    const own = isFields(other) ? [other.username, other.global_name, other.display_name] : [];
    return [nickname, relation.display_name, ...own];
  });
}

/** Names of channels by their number; those of servers say `general in Tea`. */
function addressed(index: unknown): unknown[] {
  if (!isFields(index)) return [];
  return Object.values(index).map((name) => (typeof name === 'string' ? DIRECT.exec(name)?.[1] : undefined));
}
