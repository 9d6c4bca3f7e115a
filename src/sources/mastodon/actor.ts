import { baseName, type Entry } from '../reading/container.ts';
import { identifier, isFields } from '../reading/json-unit.ts';
import { smallJson } from '../reading/small-json.ts';

/** Whose archive it is, as `actor.json` says. */
export interface Actor {
  /** Address of the account, or null where there is no readable `actor.json`. */
  id: string | null;
  username: string | null;
}

export async function readActor(entries: Entry[]): Promise<Actor> {
  const entry = entries.find((candidate) => baseName(candidate.name) === 'actor.json');
  const value = entry === undefined ? null : await smallJson(entry);
  if (!isFields(value)) return { id: null, username: null };
  return { id: identifier(value.id), username: identifier(value.preferredUsername) };
}

/** Whether a declared account (`name`, `@name@server`, an address) is this one. */
export function isAccount(declared: string, id: string, username: string | null): boolean {
  const wanted = declared.trim().replace(/^@/, '').toLowerCase();
  return namesOf(id, username).includes(wanted);
}

function namesOf(id: string, username: string | null): string[] {
  const names = [id.toLowerCase()];
  if (!URL.canParse(id)) return names;
  const { host, pathname } = new URL(id);
  const name = (username ?? pathname.split('/').at(-1) ?? '').replace(/^@/, '').toLowerCase();
  return [...names, name, `${name}@${host.toLowerCase()}`, `https://${host.toLowerCase()}/@${name}`];
}
